"""Rows of the log as the projector writes them for the usual `traffic`, by the million: templates with other ids."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from schema.identity import job_id, result_code
from services.projector import columns
from tests.bench.traffic import LIVE_BATCHES, SWIMS, USUAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.projector.replay.beside import Connection

START = datetime(2026, 7, 1, tzinfo=UTC)
ROWS_A_BATCH = USUAL.events_a_batch + 2  # batch.started and batch.completed
ROWS_A_COPY = 50_000
_SWIM = (
    '{{"kind":"individual","lane":4,"event_name":"Girls 11-12 100 Free","event_number":"{n}","heat_number":{n},'
    '"heat_start_estimated":false,"seed_time":"1:12.34"}}'
)
_SWIMS = ",".join(_SWIM.format(n=n) for n in range(1, SWIMS + 1))
Row = tuple[Any, ...]


async def fill(connection: Connection, events: int, seed: int = 7) -> int:
    """Append about so many rows, of whole batches, to an empty log; returns their number."""
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
    made, pending = 0, list[Row]()
    for row in _interleaved(events // ROWS_A_BATCH, chance):
        pending.append(row)
        if len(pending) == ROWS_A_COPY:
            made += await _copy(connection, pending)
    return made + await _copy(connection, pending)


async def _copy(connection: Connection, pending: list[Row]) -> int:
    await connection.copy_records_to_table("batch_events", records=pending, columns=columns.LOG)
    number = len(pending)
    pending.clear()
    return number


def _interleaved(batches: int, chance: random.Random) -> Iterator[Row]:
    """`LIVE_BATCHES` are under way at a time; ids grow with time, as those of version 7 do."""
    under_way: list[Iterator[tuple[UUID, int, str, str]]] = []
    made = number = 0
    while made < batches or under_way:
        while made < batches and len(under_way) < LIVE_BATCHES:
            under_way.append(_batch(_uuid7(number, chance), chance))
            made += 1
        story = chance.choice(under_way)
        if (said := next(story, None)) is None:
            under_way.remove(story)
            continue
        number += 1
        batch, event_id, event_type, data = said
        at = START + timedelta(milliseconds=number)
        noise = chance.randbytes(80)
        yield (
            batch,
            event_id,
            _uuid7(number, chance),
            event_type,
            1,
            at,
            "heatstream/worker",
            None,
            None,
            None,
            noise[:16],
            data.encode(),
            noise[16:48],
            noise[48:],
        )


def _uuid7(millisecond: int, chance: random.Random) -> UUID:
    return UUID(int=(0x019A00000000 + millisecond << 80) | chance.getrandbits(76) & ~(3 << 62) | 7 << 76 | 2 << 62)


def _batch(batch: UUID, chance: random.Random) -> Iterator[tuple[UUID, int, str, str]]:
    jobs = [str(job_id(batch, n)) for n in range(1, USUAL.sheets + 1)]
    listed = ",".join(
        f'{{"job_id":"{job}","source":{{"url":"https://meets.example/{n}.pdf","source_type":"url"}},"sequence":{n}}}'
        for n, job in enumerate(jobs, start=1)
    )
    yield batch, 1, "batch.submitted", f'{{"jobs":[{listed}],"swimmer_name":"Maya Lindqvist"}}'
    event_id, left = 2, dict.fromkeys(jobs, 0)
    while left:
        job = chance.choice([*left])
        if (step := left[job]) < len(USUAL.stages):
            stage = USUAL.stages[step].value
            data = f'{{"step":{step + 1},"stage":"{stage}","job_id":"{job}","attempt":1,"message":"Reading the sheet"}}'
            yield batch, event_id, "job.stage_entered", data
            left[job] += 1
        else:
            del left[job]
            yield batch, event_id, "job.completed", _completed(job, chance)
        event_id += 1
        if event_id == 3:
            yield batch, event_id, "batch.started", "{}"
            event_id += 1
    counts = f'"total_pdfs":{len(jobs)},"failed_pdfs":0,"completed_pdfs":{len(jobs)}'
    yield batch, event_id, "batch.completed", f'{{"status":"completed",{counts}}}'


def _completed(job: str, chance: random.Random) -> str:
    extraction = (
        f'{{"events":[{_SWIMS}],"timeline":[],"warnings":[],"meet_name":"Summer Open","swimmer_name":"Maya Lindqvist"}}'
    )
    return (
        f'{{"cached":false,"job_id":"{job}","attempt":1,"extraction":{extraction},'
        f'"result_code":"{result_code(UUID(job))}","file_checksum":"{chance.getrandbits(128):032x}",'
        '"file_size_bytes":250000,"swimmer_name_normalized":"lindqvist maya"}'
    )
