"""The running gateway keeps to its document: schemathesis tries, for long with `make fuzz-api`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from schema.events import JobFailed
from schema.identity import job_id
from schema.states import BatchStatus, ErrorCode, Stage
from services.api.keys.needs import Asked
from services.runtime.keys.scope import Scope
from services.runtime.topology import CONTROL
from tests.integration.api.forms import PDF, key_of
from tests.integration.api.ledger import SWIM
from tests.integration.web import response

if TYPE_CHECKING:
    from tests.integration.api.conftest import Sent, Serve
    from tests.integration.api.ledger import Ledger
    from tests.integration.web import Web

HERE = Path(__file__).parent
#: Seconds that it may take; without them a few tries an operation, always the same ones.
LONG = os.environ.get("HEATSTREAM_FUZZ_API")
SEED = os.environ.get("HEATSTREAM_FUZZ_SEED", "1")
TRIES = 8
#: A key may be made up, too; what is far too long is refused for its length. Templates in `GET /` are no addresses.
CONFIG = """
hooks = "{hooks}"
[auth.openapi.key]
bearer = "{key}"
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "404", "409", "410"]
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "404", "405", "409", "410", "413", "415", "422"]
[[operations]]
include-name = "GET /"
phases.stateful.enabled = false
"""


@pytest.mark.timeout(120 + int(LONG or 0))
async def test_a_running_gateway_does_what_its_document_says_whatever_it_is_asked(
    serve: Serve, ledger: Ledger, web: Web, sent: Sent, tmp_path: Path
) -> None:
    found = {**await batches(ledger), "url": site(web)}
    hosts = frozenset({web.host})
    key = key_of(tmp_path / "keys.jsonl", *Scope)
    settings: dict[str, Any] = {
        "smtp_url": "smtp://127.0.0.1:9",
        "allowed_hosts": hosts,
        "read_after_write_seconds": 0,
        "keys": Asked.ALL,
        "keys_file": str(tmp_path / "keys.jsonl"),
    }
    await sent.also(CONTROL)  # as a worker would
    async with serve(**settings) as api:
        status, said = await fuzz(f"{api.base_url}/openapi.json", key, found, tmp_path)
    assert status == 0, said


async def batches(ledger: Ledger) -> dict[str, list[str]]:
    """A batch of each standing, by the names of what is in them."""
    new, over, failed, cancelled, erased = [await ledger.submitted() for _ in range(5)]
    await ledger.entered(new, Stage.EXTRACTING)
    codes = [await ledger.completed(over, number, SWIM) for number in (1, 2)]
    await ledger.over(over)
    await ledger.record(failed, failure(failed), status=BatchStatus.FAILED)
    await ledger.connection.execute("UPDATE batch_jobs SET status = 'failed' WHERE id = $1", job_id(failed, 1))
    await ledger.record(cancelled, status=BatchStatus.CANCELLED)
    await ledger.connection.execute("SELECT erase_batch($1)", erased)
    every = (new, over, failed, cancelled, erased)
    return {
        "batch_id": [str(batch) for batch in every],
        "job_id": [str(job_id(batch, 1)) for batch in (failed, over)],
        "code": codes,
        "over": [str(over)],
        "failed": [str(failed)],
    }


def failure(batch: UUID) -> JobFailed:
    return JobFailed(
        job_id=job_id(batch, 1), attempt=1, error_code=ErrorCode.NO_TEXT, error_message="no text", retriable=False
    )


def site(web: Web) -> list[str]:
    """Addresses that are answered well: whatever goes wrong there has a test of its own."""
    web.pages |= {
        "/june": response(b"<title>June Open</title><a href=/heats.pdf>Heat sheet</a>", content_type="text/html"),
        "/heats.pdf": response(PDF, content_type="application/pdf"),
    }
    return [web.url("/june"), web.url("/heats.pdf")]


async def fuzz(address: str, key: str, found: dict[str, list[str]], folder: Path) -> tuple[int, str]:
    config = folder / "schemathesis.toml"
    config.write_text(CONFIG.format(hooks=HERE / "fuzz_hooks.py", key=key))
    wanted = ["--max-time", LONG] if LONG else ["--max-examples", str(TRIES), "--phases", "examples,coverage,fuzzing"]
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file",
        str(config),
        *("run", address, "--checks", "all", "--seed", SEED, "--request-timeout", "30", "--no-color"),
        *("--continue-on-failure", "--generation-database", "none", "--no-shrink", *wanted),
        cwd=folder,
        env={**os.environ, "HEATSTREAM_FUZZED": json.dumps(found)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()
