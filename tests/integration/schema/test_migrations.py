"""The migrations, on a real database: exact columns, a way back, and who may write what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import pytest

from services.runtime.migrations import MIGRATIONS, migrate, roll_back

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BATCH = UUID("019a0000-0000-7000-8000-000000000001")
PICTURE = """
SELECT 'column', table_name, column_name, data_type, character_maximum_length::text, is_nullable, column_default
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', tablename, indexname, indexdef, NULL, NULL, NULL FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), NULL, NULL, NULL
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'function', proname, pg_get_functiondef(oid), proacl::text, NULL, NULL, NULL
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), NULL, NULL, NULL
  FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'grant', table_name, grantee, privilege_type, NULL, NULL, NULL
  FROM information_schema.role_table_grants WHERE grantee LIKE 'heatstream%'
ORDER BY 1, 2, 3, 4
"""
#: `processing_batches` and `batch_jobs` as the design fixes them: name, type, default.
FIXED = {
    "processing_batches": """
        id uuid gen_random_uuid() | swimmer_name varchar(255) - | total_pdfs integer - | completed_pdfs integer 0
        failed_pdfs integer 0 | status varchar(20) 'pending' | created_at timestamptz now() | started_at timestamptz -
        completed_at timestamptz - | expires_at timestamptz (now()+'30days') | client_ip varchar(45) -
        last_event_id integer 0 | notification_email varchar(255) - | notification_sent_at timestamptz -""",
    "batch_jobs": """
        id uuid gen_random_uuid() | batch_id uuid - | sequence integer - | source_type varchar(10) -
        source_url text - | filename varchar(255) - | file_checksum varchar(32) - | status varchar(20) 'pending'
        stage varchar(30) - | progress_message text - | extraction_id uuid - | result_code varchar(12) -
        error_message text - | error_code varchar(30) - | retry_count integer 0 | cached boolean false
        created_at timestamptz now() | started_at timestamptz - | completed_at timestamptz -""",
}


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_down_and_up_again_is_the_same_schema(database_url: str, owner: asyncpg.Connection[Any]) -> None:
    first = [tuple(row) for row in await owner.fetch(PICTURE)]
    assert any(row[0] == "trigger" for row in first)
    assert roll_back(database_url)
    left = [row for row in await owner.fetch(PICTURE) if "yoyo" not in str(row) and "heatstream" not in str(row)]
    assert left == []
    assert migrate(database_url) == sorted(
        path.stem for path in MIGRATIONS.glob("????.*[a-z].sql") if "rollback" not in path.name
    )
    assert [tuple(row) for row in await owner.fetch(PICTURE)] == first
    assert migrate(database_url) == []


async def test_each_step_back_undoes_its_own_step(owner: asyncpg.Connection[Any]) -> None:
    async def picture() -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await owner.fetch(PICTURE)]

    steps = [path for path in sorted(MIGRATIONS.glob("????.*.sql")) if "rollback" not in path.name][1:]  # not the roles
    pictures = []
    for step in reversed(steps):
        pictures.append(await picture())
        await owner.execute(step.with_suffix(".rollback.sql").read_text())
    for step in steps:
        assert await picture() != pictures[-1], step
        await owner.execute(step.read_text())
        assert await picture() == pictures.pop(), step


@pytest.mark.parametrize("table", FIXED)
async def test_the_read_tables_have_the_columns_of_the_design(table: str, owner: asyncpg.Connection[Any]) -> None:
    short = {"character varying": "varchar", "timestamp with time zone": "timestamptz"}
    there = {}
    for row in await owner.fetch(
        "SELECT * FROM information_schema.columns WHERE table_name = $1 AND table_schema = 'public'", table
    ):
        length = f"({row['character_maximum_length']})" if row["character_maximum_length"] else ""
        default = re.sub(r"::[a-z ]+|\s", "", row["column_default"] or "-")
        there[row["column_name"]] = f"{short.get(row['data_type'], row['data_type'])}{length} {default}"
    wanted = dict(part.strip().split(" ", 1) for part in re.split(r"\||\n", FIXED[table]) if part.strip())
    assert {name: there.get(name) for name in wanted} == wanted


async def _append(owner: asyncpg.Connection[Any]) -> None:
    await owner.execute(
        "INSERT INTO batch_events"
        " (batch_id, event_id, message_id, type, version, occurred_at, source, salt, data, digest)"
        " VALUES ($1, 1, $1, 'batch.cancelled', 1, now(), 'test', '\\x00', '{}', '\\x00')",
        BATCH,
    )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE batch_events SET type = 'batch.expired'",
        "UPDATE batch_events SET data = NULL, salt = NULL",
        "DELETE FROM batch_events",
        "TRUNCATE batch_events",
    ],
)
async def test_the_log_refuses_change_even_from_its_owner(change: str, owner: asyncpg.Connection[Any]) -> None:
    await _append(owner)
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await owner.execute(change)


async def test_erasure_is_the_one_exception(owner: asyncpg.Connection[Any]) -> None:
    await _append(owner)
    await owner.execute("SET ROLE heatstream_projector")
    await owner.execute("SELECT erase_batch($1)", BATCH)
    row = await owner.fetchrow("SELECT type, data, salt, digest FROM batch_events")
    assert row is not None
    assert tuple(row) == ("batch.cancelled", None, None, b"\0")


@pytest.mark.parametrize("role", ["heatstream_api", "heatstream_worker"])
async def test_only_the_projector_writes(role: str, owner: asyncpg.Connection[Any]) -> None:
    tables = [
        row[0]
        for row in await owner.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " AND table_name NOT LIKE '%yoyo%'"
        )
    ]
    assert len(tables) == 7
    await owner.execute(f"SET ROLE {role}")
    for table in tables:
        await owner.fetch(f"SELECT * FROM {table}")  # noqa: S608 - the names above
        for change in (f"DELETE FROM {table}", f"INSERT INTO {table} DEFAULT VALUES"):  # noqa: S608 - the same
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await owner.execute(change)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await owner.execute("SELECT erase_batch($1)", BATCH)


async def test_the_projector_cannot_rewrite_the_log(owner: asyncpg.Connection[Any]) -> None:
    await owner.execute("SET ROLE heatstream_projector")
    for change in ("UPDATE batch_events SET type = ''", "DELETE FROM batch_events", "TRUNCATE batch_events"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.execute(change)
