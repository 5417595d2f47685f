"""What people would otherwise take: FastAPI and Celery over RabbitMQ, as their documentation has it.

Its messages are as safe as ours: persistent, into a quorum queue, confirmed before the answer.
"""

from __future__ import annotations

import os
from typing import Annotated
from uuid import UUID, uuid4

from celery import Celery
from fastapi import FastAPI
from pydantic import BaseModel, Field, HttpUrl

queue = Celery("celery_peer", broker=os.environ["HEATSTREAM_AMQP_URL"])
queue.conf.update(
    broker_transport_options={"confirm_publish": True},
    task_default_queue=os.environ["PEER_QUEUE"],
    task_default_queue_type="quorum",
    task_ignore_result=True,
)
api = FastAPI()


class Submit(BaseModel):
    swimmer: Annotated[str, Field(min_length=1, max_length=255)]
    urls: Annotated[list[HttpUrl], Field(min_length=1, max_length=15)]


class Taken(BaseModel):
    batch_id: UUID


@queue.task  # type: ignore[untyped-decorator]  # celery has no types
def process(batch_id: str, swimmer: str, urls: list[str]) -> None:
    """Never run here: the bench only submits."""


@api.post("/api/batches", status_code=202)
def submit(asked: Submit) -> Taken:
    batch_id = uuid4()
    process.delay(str(batch_id), asked.swimmer, [str(url) for url in asked.urls])
    return Taken(batch_id=batch_id)
