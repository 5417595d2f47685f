"""Whatever is done to the log or to the tables behind the projector's back is found, and named."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import psycopg
import pytest

from services.projector import columns
from services.projector.audit import crew
from services.projector.audit.crew import sample, verify_all, verify_batches
from services.projector.audit.difference import BATCHES, EXTRACTIONS, FILES, JOBS, LINKS, LOG
from services.projector.audit.looking import looking
from services.runtime.clock import new_id
from tests.unit.projector import story

if TYPE_CHECKING:
    from tests.integration.projector.audit.book import Book

#: A value of each type that no row has.
OTHER = {
    "uuid": "gen_random_uuid()",
    "text": "'x'",
    "character varying": "'x'",
    "integer": "77",
    "bigint": "77",
    "boolean": "true",
    "date": "'2001-01-01'",
    "timestamp with time zone": "'2001-01-01'",
    "jsonb": "'[{\"lane\": 9}]'",
}
READ = {
    BATCHES: columns.BATCHES,
    JOBS: columns.JOBS,
    LINKS: columns.LINKS,
    EXTRACTIONS: columns.EXTRACTIONS,
    FILES: columns.PDFS[2:],  # without what names a file
}


@pytest.mark.parametrize("processes", [1, 2])
async def test_what_nobody_touched_is_as_the_log_says(
    processes: int, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "EVENTS_A_RANGE", 5)
    assert book.differences() == []
    reports = [report for report, _ in verify_all(book.url, processes=processes)]
    assert len([report for report in reports if report.batches]) > 1
    assert (sum(report.batches for report in reports), sum(report.erased for report in reports)) == (4, 1)
    assert sum(report.events for report in reports) == 21
    assert [report.batches for _, report in verify_batches(book.url, [*book.batches, new_id()])] == [1, 1, 1, 1, 0]
    assert set(sample(book.url, 3)) < set(book.batches)


async def test_rows_from_before_commitments_were_kept_verify_until_they_are_erased(book: Book) -> None:
    erased = book.erased
    book.change("UPDATE batch_events SET commitment = NULL WHERE batch_id <> %s", erased)
    assert book.differences() == []
    book.change("UPDATE batch_events SET commitment = NULL WHERE batch_id = %s AND event_id = 2", erased)
    assert book.places() == {(erased, 2, LOG, "commitment")}


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ("SET data = jsonb_set(data, '{attempt}', '9') WHERE event_id = 2", {(2, "data"), (4, "type")}),
        ("SET salt = '\\x00' WHERE event_id = 1", {(1, "data")}),
        ("SET commitment = digest WHERE event_id = 3", {(3, "data"), (3, "digest")}),
        ("SET type = 'job.completed' WHERE event_id = 2", {(2, "digest"), (2, "data")}),
        ("SET version = 7 WHERE event_id = 2", {(2, "digest"), (2, "data")}),
        ("SET digest = commitment WHERE event_id = 2", {(2, "digest"), (3, "digest")}),
        ("SET data = NULL, salt = NULL WHERE event_id = 4", {(4, "data")}),
        ("SET data = '{}' WHERE event_id = 4", {(4, "data")}),
        ("SET event_id = event_id + 1 WHERE event_id = 10", {(10, "event_id")}),
    ],
)
async def test_a_row_of_the_log_that_was_changed_is_named(
    change: str, places: set[tuple[int, str]], book: Book
) -> None:
    retried = book.retried
    book.change(f"UPDATE batch_events {change} AND batch_id = %s", retried)
    found = {(event_id, column) for batch_id, event_id, place, column in book.places() if place == LOG}
    assert found == places
    assert {batch_id for batch_id, *_ in book.places()} == {retried}


async def test_a_time_that_was_changed_is_named_in_log_and_table(book: Book) -> None:
    cancelled = book.cancelled
    book.change("UPDATE batch_events SET occurred_at = now() WHERE batch_id = %s AND event_id = 2", cancelled)
    assert book.places() == {
        (cancelled, 2, LOG, "digest"),
        (cancelled, 2, BATCHES, "completed_at"),
        (cancelled, 2, JOBS, "completed_at"),
    }


@pytest.mark.parametrize(
    ("gone", "place"),
    [("= 1", (1, LOG, "event_id")), ("IN (4, 5)", (4, LOG, "event_id")), ("= 10", (10, LOG, "event_id"))],
)
async def test_rows_that_were_taken_out_are_named(gone: str, place: tuple[int, str, str], book: Book) -> None:
    retried = book.retried
    book.change(f"DELETE FROM batch_events WHERE batch_id = %s AND event_id {gone}", retried)  # noqa: S608 - as above
    assert (retried, *place) in book.places()


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({}, (9, LOG, "data")),
        ({"extraction": 7}, (9, LOG, "data")),
        ({"extraction": {}}, (9, LOG, "data")),
        ({"attempt": "three"}, (9, LOG, "data")),
        ({"result_code": "0" * 12}, (9, LINKS, "short_code")),
    ],
)
async def test_data_under_a_chain_that_was_forged_whole_is_not_trusted(
    data: dict[str, object], place: tuple[int, str, str], book: Book
) -> None:
    def change(event_id: int, was: dict[str, object]) -> dict[str, object]:
        return (was | data if data else {}) if event_id == 9 else was

    book.forge(book.retried, change)
    assert (book.retried, *place) in book.places()


async def test_two_rows_that_changed_places_are_named(book: Book) -> None:
    retried = book.retried
    for a, b in ((4, -4), (5, 4), (-4, 5)):
        book.change("UPDATE batch_events SET event_id = %s WHERE batch_id = %s AND event_id = %s", b, retried, a)
    assert {(retried, 4, LOG, "digest"), (retried, 5, LOG, "digest")} <= book.places()


async def test_a_row_that_was_put_in_is_named(book: Book) -> None:
    retried, shared = book.retried, book.shared
    book.change(
        "UPDATE batch_events SET event_id = 11, batch_id = %s WHERE batch_id = %s AND event_id = 2", retried, shared
    )
    assert (retried, 11, LOG, "digest") in book.places()


async def test_an_erased_batch_cannot_be_changed_either(book: Book) -> None:
    erased = book.erased
    book.change("UPDATE batch_events SET type = 'job.failed' WHERE batch_id = %s AND type = 'job.completed'", erased)
    assert book.places() == {(erased, 2, LOG, "digest")}


async def test_data_that_an_erasure_left_is_named(book: Book) -> None:
    erased = book.erased
    book.change("UPDATE batch_events SET data = '{}', salt = '' WHERE batch_id = %s AND event_id = 1", erased)
    assert (erased, 1, LOG, "data") in book.places()
    book.change(
        "INSERT INTO processing_batches (id, swimmer_name, total_pdfs) VALUES (%s, 'Maya Lindqvist', 1)", erased
    )
    assert "the data is still there" in " ".join(difference.sentence for difference in book.differences())


@pytest.mark.parametrize("table", READ)
async def test_every_column_of_every_read_table_is_held_against_the_log(table: str, book: Book) -> None:
    batch = new_id()
    uploaded = story.step(1, 4, ai_file=story.uploaded(48, "d" * 32)).model_copy(
        update={"job_id": story.job_id(1, batch)}
    )
    await book.say(batch, story.submitted(1, batch), uploaded, story.completed(1, batch=batch, checksum="d" * 32))
    assert book.differences() == []
    with book.owner() as owner:
        types = dict(
            owner.execute(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", [table]
            ).fetchall()
        )
    names = {*READ[table]} - {"id", "batch_id", "message_id"}  # these say which row it is
    changed = ", ".join(f"{name} = {OTHER[types[name]]}" for name in names)
    newest = "id = (SELECT max(id::text)::uuid" if table == BATCHES else "created_at = (SELECT max(created_at)"
    book.change(f"UPDATE {table} SET {changed} WHERE {newest} FROM {table})")  # noqa: S608 - the names above
    found = [difference for difference in book.differences() if difference.place == table]
    assert {difference.column for difference in found} == names
    assert {difference.batch_id for difference in found} == {batch}
    assert all(difference.event_id for difference in found)


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("DELETE FROM processing_batches WHERE id = %s", (10, BATCHES, "id")),
        ("DELETE FROM batch_jobs WHERE batch_id = %s AND sequence = 1", (10, JOBS, "id")),
        (
            "DELETE FROM result_links WHERE id IN (SELECT id FROM batch_jobs WHERE batch_id = %s AND sequence = 1)",
            (9, LINKS, "id"),
        ),
        (
            (
                "DELETE FROM extraction_results WHERE id = (SELECT extraction_id FROM batch_jobs"
                " WHERE batch_id = %s AND sequence = 1)"
            ),
            (9, EXTRACTIONS, "id"),
        ),
        ("INSERT INTO batch_jobs (batch_id, sequence, source_type) VALUES (%s, 3, 'url')", (10, JOBS, "id")),
    ],
)
async def test_a_row_that_is_missing_or_too_many_is_named(
    statement: str, place: tuple[int, str, str], book: Book
) -> None:
    retried = book.retried
    book.change(statement, retried)
    assert (retried, *place) in book.places()


async def test_a_file_that_is_missing_is_named_by_its_first_sighting(book: Book) -> None:
    book.change("DELETE FROM pdf_files WHERE checksum = %s", "f" * 32)
    assert book.places() == {(book.retried, 9, FILES, "id")}


@pytest.mark.parametrize("processes", [1, 2])
async def test_however_many_look_what_belongs_to_no_batch_is_looked_at_once(
    processes: int, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "EVENTS_A_RANGE", 5)
    book.change("DELETE FROM pdf_files WHERE checksum = %s", "f" * 32)
    whole, chains = (verify_all(book.url, processes=processes, chain_only=only) for only in (False, True))
    assert [one[:4] for report, _ in whole for one in report.differences] == [(book.retried, 9, FILES, "id")]
    assert [one for report, _ in chains for one in report.differences] == []


async def test_rows_that_follow_from_nothing_are_named(book: Book) -> None:
    nobody = UUID(int=7)
    book.change("INSERT INTO pdf_files (checksum) VALUES ('x')")
    book.change("INSERT INTO processing_batches (id, swimmer_name, total_pdfs) VALUES (%s, 'x', 1)", nobody)
    book.change("INSERT INTO result_links (short_code, extraction_id) VALUES ('x', %s)", nobody)
    book.change(
        "INSERT INTO extraction_results (pdf_id, swimmer_name_normalized, swimmer_name_display, message_id)"
        " VALUES (%s, 'x', 'x', gen_random_uuid())",
        nobody,
    )
    results = {(None, None, table, "id") for table in (LINKS, EXTRACTIONS, FILES)}
    assert book.places() == {(nobody, None, BATCHES, "id"), *results}


async def test_an_extraction_of_an_event_that_never_was_is_named(book: Book) -> None:
    retried = book.retried
    book.change(
        "UPDATE extraction_results SET message_id = %s, created_at = '2001-01-01'"
        " WHERE message_id IN (SELECT message_id FROM batch_events WHERE event_id = 6)",
        UUID(int=9),
    )
    assert book.places() == {(retried, 6, EXTRACTIONS, "message_id")}


async def test_nothing_can_be_written_even_as_the_owner(book: Book) -> None:
    with looking(book.url) as seen, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        seen.execute("DELETE FROM processing_batches")
