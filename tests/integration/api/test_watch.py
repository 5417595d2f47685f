"""Several batches over one line."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING
from uuid import UUID

import orjson
import pytest

from schema.events import BatchRetryRequested, RetriedJob
from schema.identity import job_id
from schema.states import BatchStatus, Stage
from services.api.paths import MOST_BATCHES
from services.runtime.clock import new_id
from tests.integration.api.streams import SSE, address, streaming

if TYPE_CHECKING:
    import httpx2

    from tests.integration.api.conftest import Serve
    from tests.integration.api.ledger import Ledger


def place(event: httpx2.ServerSentEvent) -> tuple[UUID, int]:
    data = orjson.loads(event.data)
    return UUID(data["batch_id"]), data["event_id"]


async def test_batches_come_over_one_line_until_the_last_of_them_is_over(
    api: httpx2.AsyncClient, ledger: Ledger
) -> None:
    first, second, third = [await ledger.submitted() for _ in range(3)]
    await ledger.over(third)
    told = []
    async with streaming(api, address(first, second, third)) as events:
        told.append(await anext(events))
        for batch_id in (second, first, second):
            await ledger.entered(batch_id, Stage.EXTRACTING)
            told.append(await anext(events))
        await ledger.over(second)
        told.append(await anext(events))
        await ledger.entered(first, Stage.CACHING)
        told.append(await anext(events))
        await ledger.over(first)
        told += [event async for event in events]
    assert [(event.id, *place(event)) for event in told] == [
        ("0.0.2", third, 2),
        ("0.2.2", second, 2),
        ("2.2.2", first, 2),
        ("2.3.2", second, 3),
        ("2.4.2", second, 4),
        ("3.4.2", first, 3),
        ("4.4.2", first, 4),
    ]
    again = await api.get(address(first, second, third), headers={**SSE, "Last-Event-ID": "4.4.2"})
    assert (again.status_code, again.content) == (204, b"")
    async with streaming(api, address(third, first), "1.2") as events:
        assert [(event.id, *place(event)) async for event in events] == [
            ("2.2", third, 2),
            ("2.3", first, 3),
            ("2.4", first, 4),
        ]


async def test_a_batch_that_is_tried_again_goes_on_over_the_line_of_the_others(
    api: httpx2.AsyncClient, ledger: Ledger
) -> None:
    waits, tried = await ledger.submitted(), await ledger.submitted()
    await ledger.over(tried)
    async with streaming(api, address(waits, tried), "1.2") as events:
        again = BatchRetryRequested(jobs=(RetriedJob(job_id=job_id(tried, 1), attempt=2),))
        await ledger.record(tried, again, status=BatchStatus.PROCESSING)
        assert (await anext(events)).id == "1.3"
        await ledger.over(waits)
        assert (await anext(events)).id == "2.3"
        await ledger.over(tried)
        assert [event.id async for event in events] == ["2.4"]


async def test_of_several_the_batch_that_is_not_to_be_had_is_named(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    here, erased, unknown = await ledger.submitted(), await ledger.submitted(), UUID(int=7)
    await ledger.connection.execute("SELECT erase_batch($1)", erased)
    for batch_id, cursor, wanted in (
        (erased, "0.0", (410, "gone")),
        (unknown, "0.0", (404, "not-found")),
        (await ledger.submitted(), "0.9", (409, "cursor-ahead")),
    ):
        answer = await api.get(address(here, batch_id), headers={**SSE, "Last-Event-ID": cursor})
        said = answer.json()
        assert (answer.status_code, said["type"]) == (wanted[0], f"/problems/{wanted[1]}")
        assert said["detail"].startswith(f"batch {batch_id}: ")
        assert said["errors"] == [{"field": "batch", "message": f"{batch_id} is refused"}]


async def test_a_stream_is_not_compressed_for_who_takes_anything(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch_id = await ledger.submitted()
    for url in (address(batch_id), f"/api/batches/{batch_id}/events"):
        accept = "*/*" if url == address(batch_id) else SSE["Accept"]
        async with api.stream("GET", url, headers={"Accept": accept, "Accept-Encoding": "gzip"}) as answer:
            assert "content-encoding" not in answer.headers
            greeting = await anext(answer.aiter_raw())
            assert greeting.startswith(b"retry: ")


async def test_what_cannot_be_watched_is_refused(api: httpx2.AsyncClient) -> None:
    ids = [new_id() for _ in range(MOST_BATCHES + 1)]
    for url, headers, wanted in (
        ("/api/events", {}, "bad-batches"),
        (address(ids[0], ids[0]), {}, "bad-batches"),
        (address(*ids), {}, "bad-batches"),
        ("/api/events?batch=7", {}, "bad-batch-id"),
        (address(*ids[:2]), {"Last-Event-ID": "3"}, "bad-cursor"),
        (address(*ids[:2]), {"Last-Event-ID": "3.x"}, "bad-cursor"),
        (f"{address(*ids[:2])}&last_event_id=3.4.5", {}, "bad-cursor"),
    ):
        answer = await api.get(url, headers={**SSE, **headers})
        assert (answer.status_code, answer.json()["type"]) == (400, f"/problems/{wanted}")


async def test_the_most_batches_are_watched_at_once_and_a_head_is_answered(
    api: httpx2.AsyncClient, ledger: Ledger
) -> None:
    batch_ids = [await ledger.submitted() for _ in range(MOST_BATCHES)]
    for batch_id in batch_ids:
        await ledger.over(batch_id)
    async with streaming(api, address(*batch_ids)) as events:
        assert [place(event) async for event in events] == [(batch_id, 2) for batch_id in batch_ids]
    head = await api.head(address(*batch_ids))
    assert (head.status_code, head.headers["content-type"], head.content) == (
        200,
        "text/event-stream; charset=utf-8",
        b"",
    )


@pytest.mark.parametrize("buffer", [3, 256])
async def test_nothing_is_missed_of_any_batch_however_clients_come_and_go(
    serve: Serve, ledger: Ledger, buffer: int
) -> None:
    batch_ids, chance = [await ledger.submitted() for _ in range(3)], random.Random(7)  # noqa: S311 - a game, not a secret
    last = 42

    async def follow(api: httpx2.AsyncClient, stays: random.Random) -> dict[UUID, list[int]]:
        received: dict[UUID, list[int]] = {batch_id: [] for batch_id in batch_ids}
        last_id = None
        while [last] * 3 != [ids[-1] if ids else 0 for ids in received.values()]:
            async with streaming(api, address(*batch_ids), last_id) as events:
                for _ in range(stays.randint(1, 30)):
                    if (event := await anext(events, None)) is None:
                        break
                    batch_id, event_id = place(event)
                    received[batch_id].append(event_id)
                    last_id = event.id
        return received

    async with serve(stream_buffer=buffer, poll_seconds=0.1) as api, asyncio.TaskGroup() as group:
        clients = [group.create_task(follow(api, random.Random(chance.random()))) for _ in range(4)]  # noqa: S311 - as above
        for _ in range(40):
            for batch_id in batch_ids:
                await ledger.entered(batch_id, Stage.EXTRACTING, silent=chance.random() < 0.2)
        for batch_id in batch_ids:
            await ledger.over(batch_id)
    every = list(range(2, last + 1))
    assert [client.result() for client in clients] == [dict.fromkeys(batch_ids, every)] * 4
