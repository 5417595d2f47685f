from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import orjson

from tests.integration.api.forms import GOOD, LINK, NOWHERE, kept, refusal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.api.conftest import Sent, Serve


async def test_without_a_broker_a_submit_is_refused_and_nothing_stored(serve: Serve, blob_path: Path) -> None:
    async with serve(ready=False, amqp_url=f"amqp://guest:guest@{NOWHERE}/") as api:
        answer = await api.post("/api/batches", files=GOOD)
        assert refusal(answer) == (503, "broker-unavailable")
        assert int(answer.headers["retry-after"]) > 0
        parts = (await api.get("/health/ready")).json()["parts"]
    assert parts["broker"] == "down"
    assert kept(blob_path) == set()


async def test_without_a_database_a_submit_is_taken_and_reads_are_refused(serve: Serve, sent: Sent) -> None:
    async with serve(ready=False, database_url=f"postgresql://postgres@{NOWHERE}/x") as api:
        while (parts := (await api.get("/health/ready")).json()["parts"])["broker"] == "down":
            pass
        assert parts == {"broker": "up", "database": "down", "listener": "down"}
        answer = await api.post("/api/batches", files=GOOD)
        assert answer.status_code == 202
        assert (await sent.next()).type == "batch.submit"
        url = answer.headers["location"]
        for address in (url, f"{url}/results", f"{url}/calendar.ics", f"{url}/events", "/result/0123456789ab"):
            away = await api.get(address)
            assert refusal(away) == (503, "database-unavailable")
            assert int(away.headers["retry-after"]) > 0
        stream = await api.get(f"{url}/events", headers={"Accept": "text/event-stream"})
        assert refusal(stream) == (503, "database-unavailable")


async def test_without_a_blob_store_files_are_refused_and_links_are_taken(
    serve: Serve, sent: Sent, blob_path: Path
) -> None:
    async with serve() as api:
        shutil.rmtree(blob_path)
        blob_path.write_text("a file where the store was")  # noqa: ASYNC240 - nothing else is to run meanwhile
        assert refusal(await api.post("/api/batches", files=GOOD)) == (503, "blob-store-unavailable")
        links = await api.post("/api/batches", json={"swimmer": "Maya", "urls": [LINK]})
        assert links.status_code == 202
        assert orjson.loads((await sent.next()).body)["batch_id"] == links.json()["batch_id"]
