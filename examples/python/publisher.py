"""Hands links to heat sheets to Heatstream over RabbitMQ, and prints the answer.

It needs nothing of Heatstream but the contract, schema/asyncapi.yaml; and `pip install aio-pika`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
import uuid
from typing import TYPE_CHECKING, Any

import aio_pika

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel, AbstractQueue

ANSWER_SECONDS = 10
#: Seconds in which nothing was heard of the batch.
SILENCE_SECONDS = 120


async def main(asked: argparse.Namespace) -> int:
    """The exit code: 0 accepted, 1 no broker or no answer in time, 2 rejected."""
    # You choose the id: a batch that is sent twice, after a lost answer say, takes effect once.
    batch_id = asked.batch or str(uuid.uuid4())
    submit = {
        "batch_id": batch_id,
        "swimmer_name": asked.swimmer,
        "sources": [{"source_type": "url", "url": link} for link in asked.links],
    }
    async with await aio_pika.connect(asked.broker) as connection:
        channel = await connection.channel(on_return_raises=True)
        answers = await channel.declare_queue(exclusive=True)
        news = await listening(channel) if asked.follow else None
        message = aio_pika.Message(
            json.dumps(submit).encode(),
            type="batch.submit",
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=str(uuid.uuid4()),
            timestamp=time.time(),
            correlation_id=str(uuid.uuid4()),
            reply_to=answers.name,
            app_id="publisher-example",
            headers={"x-version": 1},
        )
        commands = await channel.get_exchange("heatstream.commands")
        # It returns when the command is on disk at the broker, and raises where no queue takes it.
        await commands.publish(message, "batch.submit")
        try:
            answer = await answered(answers, message.correlation_id)
            print(json.dumps(answer))
            if answer["status"] == "rejected":
                return 2
            if news is not None:
                await follow(news, batch_id, len(asked.links))
        except TimeoutError:
            print(f"nothing was heard; batch {batch_id} will be worked on when a worker runs", file=sys.stderr)
            return 1
    return 0


async def answered(answers: AbstractQueue, correlation_id: str | None) -> dict[str, Any]:
    """Raises TimeoutError."""
    async with answers.iterator(no_ack=True, timeout=ANSWER_SECONDS) as messages:
        async for message in messages:
            if message.correlation_id == correlation_id:
                answer: dict[str, Any] = json.loads(message.body)
                return answer
    raise TimeoutError


async def listening(channel: AbstractChannel) -> AbstractQueue:
    """A queue of our own for events; heatstream.history has those of the last weeks."""
    news = await channel.declare_queue(exclusive=True)
    await news.bind("heatstream.events", "0")  # partition 0; bind each, where HEATSTREAM_PARTITIONS says more
    return news


async def follow(news: AbstractQueue, batch_id: str, jobs: int) -> None:
    """Print what becomes true of a batch, a line each, until its jobs are over. Raises TimeoutError."""
    seen, over = set[str](), set[str]()
    async with news.iterator(no_ack=True, timeout=SILENCE_SECONDS) as messages:
        async for message in messages:
            for event in json.loads(message.body):
                if event["subject"] != batch_id or event["id"] in seen:  # delivered again, it is the same event
                    continue
                seen.add(event["id"])
                print(json.dumps({"type": event["type"], **event["data"]}))
                if event["type"] in ("job.completed", "job.failed"):
                    over.add(event["data"]["job_id"])
                if event["type"] == "batch.cancelled" or len(over) == jobs:
                    return


def arguments() -> argparse.Namespace:
    read = argparse.ArgumentParser(
        description=__doc__,
        epilog="example: python publisher.py --swimmer 'Maya Lindqvist' https://meets.example/day1.pdf --follow",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    read.add_argument("links", nargs="*", metavar="URL", help="of a heat sheet")
    read.add_argument("--swimmer", default="", metavar="NAME", help="whose swims")
    read.add_argument("--batch", metavar="UUID", help="the same one again makes no second batch; a new one without")
    read.add_argument("--follow", action="store_true", help="print what happens until all is read")
    read.add_argument(
        "--broker",
        default=os.environ.get("HEATSTREAM_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/"),
        metavar="URL",
        help="without it, HEATSTREAM_AMQP_URL",
    )
    return read.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main(arguments())))
    except (OSError, aio_pika.exceptions.AMQPError) as failure:
        sys.exit(f"publisher: the broker: {failure}")
