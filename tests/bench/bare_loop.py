"""The least that takes a batch in: starlette, aio-pika and a confirm, with the server that the gateway has.

It checks nothing and answers with the id alone; the message is the gateway's to the byte, and goes the same way.
"""

from __future__ import annotations

import aio_pika
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from services.api.commands import APP_ID
from services.api.settings import ApiSettings
from services.runtime import health, http, lifecycle
from services.runtime.clock import new_id, now
from services.runtime.topology import COMMANDS, declare, topology


async def serve() -> None:
    settings = ApiSettings()
    async with await aio_pika.connect(settings.amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        await declare(channel, topology(settings.partitions, settings.history_days))
        commands = await channel.get_exchange(COMMANDS)

        async def submit(request: Request) -> JSONResponse:
            asked = orjson.loads(await request.body())
            batch_id = str(new_id())
            command = {
                "batch_id": batch_id,
                "swimmer_name": asked["swimmer"],
                "sources": [{"source_type": "url", "url": url} for url in asked["urls"]],
                "client_ip": "127.0.0.1",
            }
            message = aio_pika.Message(
                orjson.dumps(command),
                content_type="application/json",
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                message_id=str(new_id()),
                type="batch.submit",
                timestamp=now(),
                correlation_id=str(new_id()),
                app_id=APP_ID,
                headers={"x-version": 1},
            )
            await commands.publish(message, "batch.submit")
            return JSONResponse({"batch_id": batch_id}, 202)

        routes = [Route("/api/batches", submit, methods=["POST"]), *health.routes({})]
        async with http.serve(Starlette(routes=routes), settings.http_host, settings.http_port):
            await lifecycle.stop_signal()


if __name__ == "__main__":
    lifecycle.run(serve())
