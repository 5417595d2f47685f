"""What whoever runs a gateway is told, and by whom the janitor is called."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from schema.identity import job_id
from services.client.async_gateway import AsyncGateway
from services.runtime import history
from services.runtime.clock import now
from services.runtime.keys.scope import Scope
from services.runtime.topology import CONTROL, SWEEP
from tests.integration.api.forms import key_of, refusal, shown
from tests.integration.api.ledger import SWIM, SWIMMER

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    import httpx2

    from tests.integration.api.conftest import Sent, Serve
    from tests.integration.api.ledger import Ledger

ASIDE = (
    "INSERT INTO set_aside_events (fingerprint, queue, reason, sentence, batch_id, body)"
    " VALUES (gen_random_uuid()::text::bytea, 'heatstream.events.0', $1, 'no', $2, $3)"
)


@pytest.fixture
def key(tmp_path: Path) -> str:
    return key_of(tmp_path / "keys.jsonl", Scope.ADMIN)


@pytest.fixture
async def api(
    serve: Serve, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with the key of an administrator."""
    monkeypatch.setattr(history, "FIRST_SECONDS", 0.1)  # nothing was ever published
    async with serve(keys_file=str(tmp_path / "keys.jsonl")) as api:
        api.headers.update(shown(key))
        yield api


async def many(ledger: Ledger, count: int) -> list[UUID]:
    """Batches of one moment and of others, the newest first as the list has them."""
    batches = [await ledger.submitted() for _ in range(count)]
    for number, batch in enumerate(batches):
        await ledger.connection.execute(
            "UPDATE processing_batches SET created_at = TIMESTAMPTZ '2026-07-17 12:00:00.000001Z' + $2 WHERE id = $1",
            batch,
            timedelta(microseconds=number // 3),
        )
    rows = await ledger.connection.fetch("SELECT id FROM processing_batches ORDER BY created_at DESC, id DESC")
    return [row["id"] for row in rows]


async def test_batches_are_listed_page_by_page_each_once_while_others_come_and_go(
    api: httpx2.AsyncClient, ledger: Ledger
) -> None:
    batches, seen, address = await many(ledger, 7), list[str](), "/api/admin/batches?limit=2"
    while address:
        page = await api.get(address)
        seen += [batch["id"] for batch in page.json()["batches"]]
        address = page.links.get("next", {}).get("url", "")
        await ledger.connection.execute("DELETE FROM processing_batches WHERE id::text = $1", seen[-1])
        await ledger.submitted()
    assert seen == [str(batch) for batch in batches]
    assert page.json()["next_after"] is None


async def test_a_list_says_nothing_of_whose_batches_they_are(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch = await ledger.submitted()
    await ledger.completed(batch, 1, SWIM)
    await ledger.connection.execute(ASIDE, "bug", batch, SWIMMER.encode())
    for address in ("batches", "set-asides", "stats"):
        told = (await api.get(f"/api/admin/{address}")).text
        assert str(batch) in told or address == "stats"
        for personal in (SWIMMER, "friday.pdf", "192.0.2.7", "parent@example.org", "https://example.org"):
            assert personal not in told


async def test_batches_are_filtered(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    old, new = await ledger.submitted(), await ledger.submitted()
    await ledger.over(old)
    await ledger.connection.execute(
        "UPDATE processing_batches SET created_at = now() - INTERVAL '2 days' WHERE id = $1", old
    )

    async def ids(**asked: str) -> list[str]:
        return [batch["id"] for batch in (await api.get("/api/admin/batches", params=asked)).json()["batches"]]

    day_ago = (now() - timedelta(days=1)).isoformat()
    assert await ids() == [str(new), str(old)]
    assert await ids(status="completed") == [str(old)]
    assert await ids(since=day_ago) == [str(new)]
    assert await ids(since=day_ago, status="completed") == []
    assert await ids(since="0001-01-01T00:00:00+14:00") == [str(new), str(old)]
    assert await ids(since="9999-12-31T23:59:59-14:00") == []


async def test_set_asides_are_listed_page_by_page_and_filtered(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch = await ledger.submitted()
    for reason in ("bug", "not_json", "bug", "bug", "stale"):
        await ledger.connection.execute(ASIDE, reason, batch, b"Maya")
    await ledger.connection.execute("UPDATE set_aside_events SET retried_times = 1 WHERE id = 3")
    await ledger.connection.execute("UPDATE set_aside_events SET body = NULL WHERE id = 4")
    address, pages = "/api/admin/set-asides?limit=2", list[list[int]]()
    while address:
        page = await api.get(address)
        pages.append([one["id"] for one in page.json()["set_asides"]])
        address = page.links.get("next", {}).get("url", "")
    assert pages == [[1, 2], [3, 4], [5]]
    of_bugs = (await api.get("/api/admin/set-asides", params={"reason": "bug"})).json()["set_asides"]
    assert [(one["id"], one["open"], one["bytes"]) for one in of_bugs] == [
        (1, True, 4),
        (3, False, 4),
        (4, False, None),
    ]
    is_open = (await api.get("/api/admin/set-asides", params={"reason": "bug", "open": "true"})).json()
    assert [one["id"] for one in is_open["set_asides"]] == [1]


REFUSED = [
    ("batches?status=done", "bad-filter"),
    ("batches?since=yesterday", "bad-filter"),
    ("batches?since=2026-07-17T12:00:00", "bad-filter"),
    ("batches?after=7", "bad-page"),
    ("batches?limit=0", "bad-page"),
    ("batches?limit=501", "bad-page"),
    ("set-asides?open=perhaps", "bad-filter"),
    ("set-asides?reason=%00", "bad-filter"),
    ("set-asides?after=-1", "bad-page"),
    ("set-asides?after=9223372036854775808", "bad-page"),
]


async def test_what_is_no_filter_or_page_is_refused(api: httpx2.AsyncClient) -> None:
    assert [refusal(await api.get(f"/api/admin/{address}")) for address, _ in REFUSED] == [
        (400, slug) for _, slug in REFUSED
    ]


async def test_stats_say_how_it_is_and_how_much_there_is(api: httpx2.AsyncClient, ledger: Ledger) -> None:
    batch, old = await ledger.submitted(), await ledger.submitted()
    await ledger.completed(batch, 1, SWIM)
    await ledger.connection.execute(
        "UPDATE batch_jobs SET status = 'failed', error_code = 'NO_TEXT', completed_at = now() WHERE id = $1",
        job_id(batch, 2),
    )
    await ledger.over(old)
    for earlier in (
        "UPDATE processing_batches SET created_at = now() - INTERVAL '25 hours' WHERE id = $1",
        "UPDATE batch_jobs SET created_at = now() - INTERVAL '25 hours' WHERE batch_id = $1",
        "UPDATE batch_jobs SET status = 'failed', completed_at = created_at, error_code = 'OLD' WHERE batch_id = $1",
    ):
        await ledger.connection.execute(earlier, old)
    await ledger.connection.execute(ASIDE, "bug", batch, b"x")
    stats = (await api.get("/api/admin/stats")).json()
    assert (stats["broker"], stats["database"], stats["healthy"]) == (True, True, False)
    assert "nobody works on heatstream.jobs: start a worker" in stats["problems"]
    assert stats["batches"] == {"completed": {"total": 1, "last_day": 0}, "pending": {"total": 1, "last_day": 1}}
    assert stats["jobs"] == {"completed": {"total": 1, "last_day": 1}, "failed": {"total": 3, "last_day": 1}}
    assert stats["failures"] == {"NO_TEXT": 1}
    assert stats["set_asides"] == [{"reason": "bug", "rows": 1, "times": 1, "open": 1}]
    assert (stats["unfinished"]["batch_id"], stats["unfinished"]["batches"]) == (str(batch), 1)
    assert [lag["partition"] for lag in stats["partitions"]] == [0]
    assert {"name": "heatstream.commands.dead", "messages": 0, "consumers": 0} in stats["queues"]
    assert stats["dead_letters"] == 0


async def test_stats_are_told_as_far_as_servers_are_there(serve: Serve, key: str, tmp_path: Path) -> None:
    away = {"database_url": "postgresql://nobody@127.0.0.1:9/none", "amqp_url": "amqp://127.0.0.1:9/"}
    file = str(tmp_path / "keys.jsonl")
    async with serve(ready=False, keys_file=file, broker_wait_seconds=0.2, **away) as api:
        stats = (await api.get("/api/admin/stats", headers=shown(key))).json()
        called = await api.post("/api/admin/janitor", headers=shown(key))
        listed = await api.get("/api/admin/batches", headers=shown(key))
    assert (stats["broker"], stats["database"], stats["batches"], stats["queues"]) == (False, False, {}, [])
    assert len(stats["problems"]) == 2
    assert refusal(called) == (503, "broker-unavailable")
    assert refusal(listed) == (503, "database-unavailable")


async def test_the_janitor_is_called_where_a_worker_hears_it(api: httpx2.AsyncClient, sent: Sent) -> None:
    assert refusal(await api.post("/api/admin/janitor")) == (503, "no-worker")
    await sent.also(CONTROL)
    called = await api.post("/api/admin/janitor")
    assert (called.status_code, called.json()) == (202, {"command": SWEEP})
    message = await sent.next()
    assert (message.type, message.body, message.app_id) == (SWEEP, b"", "heatstream-api")


async def test_the_client_has_it_typed(api: httpx2.AsyncClient, key: str, ledger: Ledger) -> None:
    batch = await ledger.submitted()
    await ledger.connection.execute(ASIDE, "bug", batch, b"x")
    async with AsyncGateway(str(api.base_url), key) as client:
        assert [one.id for one in (await client.batches()).batches] == [batch]
        assert [one.reason for one in (await client.set_asides("bug", only_open=True)).set_asides] == ["bug"]
        assert (await client.stats()).batches["pending"].total == 1
