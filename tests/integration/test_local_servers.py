"""The private servers themselves; that services run on them is what all other tests show."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aio_pika
import asyncpg
import psycopg
import pytest

from deploy.local import machine
from deploy.local.postgres import postgres
from deploy.local.rabbitmq import rabbitmq
from deploy.local.services import login
from tests.acceptance.leftovers import left_running, marked, names_below

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.local.servers import Servers

STOP_SECONDS = 10


async def test_a_second_broker_runs_beside_the_first_and_nothing_of_it_stays(
    private_servers: Servers, state: Path
) -> None:
    with rabbitmq(state) as (url, await_ready):
        await_ready()
        async with await aio_pika.connect(url) as second, await aio_pika.connect(private_servers.amqp_url) as first:
            made = await (await second.channel()).declare_queue("only-here", durable=False)
            with pytest.raises(aio_pika.exceptions.ChannelNotFoundEntity):
                await (await first.channel()).get_queue(made.name)
        first_user = urlsplit(private_servers.amqp_url).netloc.split("@")[0]
        with pytest.raises(aio_pika.exceptions.AMQPConnectionError):
            await aio_pika.connect(f"amqp://{first_user}@127.0.0.1:{urlsplit(url).port}/")

    assert left_running("", state) == []


async def test_a_database_keeps_its_data_over_a_restart(state: Path) -> None:
    for wanted in (None, "kept"):
        with postgres(state, durable=False) as url:
            connection = await asyncpg.connect(url)
            found = await connection.fetchval("SELECT to_regclass('kept')::text")
            await connection.execute("CREATE TABLE IF NOT EXISTS kept ()")
            await connection.close()
            assert found == wanted

    assert left_running("", state) == []


async def test_a_database_that_was_half_made_is_made_anew(state: Path) -> None:
    (state / "postgres" / "unfinished").mkdir(parents=True)
    (state / "postgres" / "unfinished" / "PG_VERSION").write_text("15")

    with postgres(state, durable=False) as url:
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SHOW fsync") == "off"
        await connection.close()


async def test_a_durable_database_waits_for_the_disk(state: Path) -> None:
    with postgres(state, durable=True) as url:
        connection = await asyncpg.connect(url)
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert await connection.fetchval(f"SHOW {setting}") == "on"
        await connection.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must run PostgreSQL as somebody else")
def test_a_checkout_in_a_closed_home_keeps_its_database_elsewhere_and_finds_it_again(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    wanted = closed / "postgres"

    first, again = (machine.folder_for(machine.other_user(), wanted) for _ in range(2))

    assert first == again != wanted
    assert (wanted / "elsewhere").read_text() == str(first)
    assert first.stat().st_mode & 0o077 == 0
    first.rmdir()


@pytest.mark.parametrize(
    ("name", "statement", "may"),
    [
        ("api", "SELECT FROM batch_events", True),
        ("api", "INSERT INTO processing_batches (swimmer_name, total_pdfs) VALUES ('Maya', 1)", False),
        ("worker", "SELECT FROM extraction_results", True),
        ("worker", "DELETE FROM extraction_results", False),
        ("projector", "INSERT INTO processing_batches (swimmer_name, total_pdfs) VALUES ('Maya', 1)", True),
        ("projector", "DELETE FROM batch_events", False),
        ("projector", "CREATE TABLE mine ()", False),
    ],
)
def test_each_service_logs_in_as_a_user_of_few_rights(
    name: str, statement: str, *, may: bool, private_servers: Servers, database_url: str
) -> None:
    own = login(dataclasses.replace(private_servers, database_url=database_url), name)

    with psycopg.connect(own) as connection:
        if may:
            connection.execute(statement)
        else:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_an_interrupt_while_it_starts_ends_everything_in_time(state: Path) -> None:
    environment, mark = marked()
    command = [sys.executable, "-m", "services.cli", "up", "--state", str(state)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as up:
        while "beam.smp" not in names_below(up.pid):
            assert up.poll() is None, up.communicate()
            time.sleep(0.05)
        up.send_signal(signal.SIGINT)
        asked = time.monotonic()
        said, _ = up.communicate(timeout=60)

    assert time.monotonic() - asked < STOP_SECONDS
    assert "is up" not in said
    assert left_running(mark, state) == []
