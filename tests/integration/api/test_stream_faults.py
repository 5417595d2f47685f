from __future__ import annotations

import asyncio
import random
import re
import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import httpx2
import pytest

from schema.states import Stage
from tests.integration.api.streams import SSE, watching
from tests.integration.line import Line

if TYPE_CHECKING:
    from tests.integration.api.conftest import Serve
    from tests.integration.api.ledger import Ledger


async def test_a_lost_wake_up_costs_one_poll(serve: Serve, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    async with serve(poll_seconds=0.05) as api, watching(api, batch_id) as events:
        await ledger.started(batch_id)
        assert int((await anext(events)).id) == 2  # the look that a new stream causes is over
        for event_id in (3, 4):
            await ledger.entered(batch_id, Stage.DOWNLOADING, silent=True)
            assert int((await anext(events)).id) == event_id


async def test_a_lost_listener_comes_back(serve: Serve, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    async with serve(poll_seconds=60) as api, watching(api, batch_id) as events:
        await ledger.started(batch_id)
        assert int((await anext(events)).id) == 2  # the look that a new stream causes is over
        killed = await ledger.connection.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'heatstream-api-listen'"
        )
        assert killed == 1
        await ledger.entered(batch_id, Stage.DOWNLOADING)
        assert int((await anext(events)).id) == 3


async def test_a_database_that_goes_and_comes_back_costs_a_stream_nothing(
    serve: Serve, ledger: Ledger, database_url: str
) -> None:
    batch_id = await ledger.submitted()
    async with Line(database_url).laid() as line:
        through = urlunsplit(urlsplit(line.url)._replace(query="role=heatstream_api"))
        async with serve(database_url=through, poll_seconds=0.1) as api, watching(api, batch_id) as events:
            line.cut()
            away = await api.get(f"/api/batches/{batch_id}")
            assert (away.status_code, away.json()["type"]) == (503, "/problems/database-unavailable")
            await ledger.entered(batch_id, Stage.DOWNLOADING)
            line.mend()
            assert int((await anext(events)).id) == 2
            assert (await api.get(f"/api/batches/{batch_id}")).status_code == 200


async def test_nothing_is_missed_and_nothing_comes_twice_however_clients_come_and_go(
    api: httpx2.AsyncClient, ledger: Ledger
) -> None:
    batch_id, chance = await ledger.submitted(), random.Random(7)  # noqa: S311 - a game, not a secret

    async def follow(stays: random.Random) -> list[int]:
        received = list[int]()
        while not received or received[-1] != last:
            async with watching(api, batch_id, received[-1] if received else None) as events:
                for _ in range(stays.randint(1, 30)):
                    if (event := await anext(events, None)) is None:
                        break
                    received.append(int(event.id))
        return received

    last = 202
    async with asyncio.TaskGroup() as group:
        clients = [group.create_task(follow(random.Random(chance.random()))) for _ in range(5)]  # noqa: S311 - as above
        for _ in range(100):
            await ledger.entered(batch_id, Stage.EXTRACTING)
            await ledger.entered(batch_id, Stage.CACHING, silent=chance.random() < 0.3)
        await ledger.over(batch_id)
    assert [client.result() for client in clients] == [list(range(2, last + 1))] * 5


async def test_a_client_that_does_not_read_is_cut_off_and_comes_back_for_the_rest(serve: Serve, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    async with serve(stream_buffer=300) as api, watching(api, batch_id) as events:
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((api.base_url.host, api.base_url.port))
        reader, writer = await asyncio.open_connection(sock=slow, limit=1024)
        writer.write(
            f"GET /api/batches/{batch_id}/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            f"Accept: {SSE['Accept']}\r\n\r\n".encode()
        )
        await reader.readuntil(b": connected")
        received = 0
        for _ in range(40):
            await ledger.many(batch_id, 200)
            received += len([await anext(events) for _ in range(200)])
        assert received == 8000
        told = [
            int(event_id)
            for event_id in re.findall(rb"\nid: (\d+)\nevent: job_progress\ndata: .+\n(?=\n)", await reader.read())
        ]
        writer.close()
        assert told == list(range(2, told[-1] + 1))
        assert told[-1] < 8001
        async with watching(api, batch_id, told[-1]) as rest:
            assert [int((await anext(rest)).id) for _ in range(8001 - told[-1])] == list(range(told[-1] + 1, 8002))


@pytest.mark.parametrize("streams", [50])
async def test_streams_end_first_and_at_once(serve: Serve, ledger: Ledger, streams: int) -> None:
    batch_id = await ledger.submitted()
    limits = httpx2.Limits(max_connections=streams + 10)
    greeted = asyncio.Barrier(streams + 1)
    async with httpx2.AsyncClient(limits=limits, timeout=20) as many:

        async def follow() -> float:
            async with watching(many, batch_id) as events:
                await anext(events)
                await greeted.wait()
                async for _ in events:
                    pass
            return time.monotonic()

        async with serve() as api:
            many.base_url = api.base_url
            open_streams = [asyncio.create_task(follow()) for _ in range(streams)]
            await ledger.started(batch_id)
            await greeted.wait()
            began = time.monotonic()
        stopped = time.monotonic()
        ended = await asyncio.gather(*open_streams)
    assert max(ended) - began < 1
    assert stopped - began < 2
