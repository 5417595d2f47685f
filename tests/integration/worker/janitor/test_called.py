"""An administrator calls the janitor over HTTP, and one of all workers looks around."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx2
from structlog.testing import capture_logs

from schema.events import BatchExpired
from services.api.gateway import gateway
from services.api.settings import ApiSettings
from services.runtime.clock import new_id
from services.runtime.keys.scope import Scope
from services.worker.janitor import janitor
from services.worker.worker import working
from tests.conftest import execute
from tests.integration.api.forms import key_of, shown
from tests.integration.worker.janitor.house import of_a_file, told
from tests.integration.worker.rig import PATIENCE_SECONDS, PDF, Rig, checksum_of

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from services.worker.settings import WorkerSettings
    from tests.integration.projector.rig import Rig as Said

#: By itself none of them would come before this test is over.
NEVER_SECONDS = 3600


async def test_the_one_worker_whose_turn_it_is_looks_at_once(  # noqa: PLR0913, PLR0917 - the parts of a whole Heatstream
    said: Said,
    rig: Rig,
    settings: WorkerSettings,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(janitor, "LONGEST_FIRST_WAIT_SECONDS", NEVER_SECONDS)
    calm = settings.model_copy(update={"janitor_seconds": NEVER_SECONDS})
    batch, file = new_id(), tmp_path / "keys.jsonl"
    await told(said, batch, of_a_file(batch, checksum_of(PDF)))
    await execute(database_url, "UPDATE processing_batches SET expires_at = now()")
    shared = settings.model_dump(include={"amqp_url", "database_url", "blob_url"})
    with capture_logs() as logged:
        async with (
            working(calm, rig.reader) as first,
            working(calm, rig.reader) as second,
            gateway(ApiSettings(**shared, http_port=0, keys_file=str(file))) as port,
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=shown(key_of(file, Scope.ADMIN))) as api,
            asyncio.timeout(PATIENCE_SECONDS),
        ):
            while not (await first() and await second()):  # noqa: ASYNC110 - the broker tells nobody
                await asyncio.sleep(0.01)
            while (answer := await api.post("/api/admin/janitor")).status_code != 202:  # noqa: ASYNC110 - its line and its keys come when they do
                await asyncio.sleep(0.01)
            assert answer.json() == {"command": "janitor.run"}
            await rig.until(lambda facts: any(isinstance(fact.event, BatchExpired) for fact in facts))
            while sum(line["event"] == "janitor.called" for line in logged) < 2:  # noqa: ASYNC110 - the log is looked at
                await asyncio.sleep(0.01)
    assert [fact.batch_id for fact in rig.facts if isinstance(fact.event, BatchExpired)] == [batch]
    assert [line["event"] for line in logged].count("janitor.took_turn") == 1
    await said.until("SELECT count(*)::int FROM processing_batches", 0)
