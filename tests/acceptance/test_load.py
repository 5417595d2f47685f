"""A load as `make bench-load` puts it on, made small: what must be true of it at the end is looked at there."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from tests.bench.load import loaded

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.local.servers import Servers


async def test_sixty_jobs_of_twelve_batches_end_as_they_must_though_one_request_in_five_fails(
    private_servers: Servers, database_url: str, amqp_url: str, tmp_path: Path
) -> None:
    servers = dataclasses.replace(private_servers, database_url=database_url, amqp_url=amqp_url)
    figures = await loaded(servers, tmp_path, batches=12, sheets=5)
    assert figures["jobs"] == 60
    assert figures["retries"]
