"""`heatstream audit` and `heatstream export`, as they are typed, by a user who may only read."""

from __future__ import annotations

import asyncio
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import pytest
from typer.testing import CliRunner

from schema.cloudevents import Fact
from schema.events import BatchCancelled
from services.cli.app import app
from services.projector.audit import looking
from services.projector.audit.difference import LOG
from services.runtime.clock import new_id
from services.runtime.queries import QUERIES
from tests.integration.projector.audit.book import TABLES, Book
from tests.unit.projector import story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result


class Shell:
    """Runs commands as a login of the role, to which nothing is granted but reading."""

    def __init__(self, url: str, role: str) -> None:
        login = f"auditor_{role}"
        parts = urlsplit(url)
        self.url = urlunsplit(parts._replace(netloc=f"{login}:secret@{parts.hostname}:{parts.port}"))

    def __call__(self, *arguments: object, code: int = 0) -> Result:
        done = CliRunner().invoke(app, list(map(str, arguments)), env={"HEATSTREAM_DATABASE_URL": self.url})
        assert done.exit_code == code, (done.output, done.exception)
        return done

    def json(self, *arguments: object, code: int = 0) -> Any:  # noqa: ANN401 - what it printed
        return json.loads(self(*arguments, "--json", code=code).stdout.splitlines()[-1])


ROLES = ("heatstream_api", "heatstream_worker")


@pytest.fixture(scope="module")
def shells(told: Book) -> Iterator[dict[str, Shell]]:
    """One for each role that may only read."""
    with told.owner() as owner:
        for role in ROLES:
            owner.execute(f"CREATE ROLE auditor_{role} LOGIN PASSWORD 'secret' IN ROLE {role}")
    yield {role: Shell(told.url, role) for role in ROLES}
    with told.owner() as owner:
        for role in ROLES:
            owner.execute(f"DROP ROLE auditor_{role}")


@pytest.fixture
def shell(shells: dict[str, Shell]) -> Shell:
    return shells[ROLES[0]]


@pytest.fixture
def unwritten(book: Book) -> Iterator[None]:
    """No row of any table was written meanwhile, and no lock that writing takes."""

    def versions() -> list[Any]:
        with book.owner() as owner:
            return [owner.execute(f"SELECT xmin::text, ctid::text FROM {table}").fetchall() for table in TABLES]  # noqa: S608 - the names above

    before = versions()
    yield
    assert versions() == before


@pytest.mark.usefixtures("unwritten")
@pytest.mark.parametrize("role", ROLES)
async def test_all_of_it_works_for_who_may_only_read(
    role: str, shells: dict[str, Shell], book: Book, tmp_path: Path
) -> None:
    shell = shells[role]
    key, file = tmp_path / "audit.key", tmp_path / "checkpoints.jsonl"
    assert "signs" in shell("audit", "key", key).stdout
    signed = json.loads(shell("audit", "checkpoint", file, "--key", key).stdout)
    assert (signed["checkpoint"], signed["heads"]) == (1, 4)
    assert json.loads(shell("audit", "checkpoint", file, "--key", key).stdout)["checkpoint"] == 2
    whole = shell.json("audit", "verify", "--all", "--processes", 1, "--against", file, "--key", f"{key}.pub")
    assert whole == {"batches": 4, "events": 21, "erased": 1, "checkpoints": 2, "heads": 8, "differences": 0}
    assert shell.json("audit", "verify", *book.batches)["batches"] == 4
    assert shell.json("audit", "verify", "--sample", 2)["batches"] == 2
    assert shell("audit", "verify", book.retried).stdout == "1 batches, 10 events, 0 erased: all is as the log says\n"
    assert shell.json("audit", "show", book.retried, "--at", 7)["state"]["batch"]["status"] == "partial"
    assert shell.json("audit", "diff", book.retried, 0, 1)["changes"]
    assert shell.json("audit", "why", f"{book.retried}:1")["status"] == "completed"
    assert len(shell("export", "--since", "2026-01-01T00:00:00Z").stdout.splitlines()) == 21


async def test_a_story_is_a_line_an_event(shell: Shell, book: Book) -> None:
    lines = shell("audit", "show", book.retried).stdout.splitlines()
    assert len(lines) == 10
    assert "status pending → processing" in lines[2]
    assert lines[2].endswith("(heatstream/projector for request 0199c0de-0000-7000-8000-00000000c0de after event 2)")
    then = shell("audit", "show", book.retried, "--at", 7).stdout
    assert "as it was at 7:\nbatch: id=" in then
    assert "status=partial" in then
    assert shell("audit", "show", book.retried, "--at", "2001-01-01T00:00:00Z").stdout.endswith("no such batch yet\n")
    assert "its data was erased" in shell("audit", "show", book.erased).stdout
    assert "job 1 status failed → completed" in shell("audit", "diff", book.retried, 7, 10).stdout
    assert shell("audit", "diff", book.retried, 7, 7).stdout == "nothing changed between 7 and 7\n"
    why = shell("audit", "why", story.job_id(1, book.retried)).stdout
    assert why.splitlines()[-1].startswith("so job 1 is completed at attempt 3")


async def test_a_difference_is_named_and_ends_with_exit_code_1(shell: Shell, book: Book) -> None:
    book.change("UPDATE batch_events SET type = 'x' WHERE batch_id = %s AND event_id = 2", book.cancelled)
    done = shell("audit", "verify", book.cancelled, code=1)
    first, *_, last = done.stdout.splitlines()
    assert first.startswith(f"{book.cancelled}  event 2  {LOG}.digest: type, version,")
    assert last == "1 batches, 2 events, 0 erased: 2 differences"
    told = json.loads(shell("audit", "verify", "--all", "--processes", 1, "--json", code=1).stdout.splitlines()[0])
    assert (told["batch_id"], told["event_id"], told["column"]) == (str(book.cancelled), 2, "digest")


async def test_what_a_terminal_would_obey_is_not_printed(shell: Shell, book: Book) -> None:
    batch = new_id()
    sheet = story.submitted(1, batch).model_copy(update={"client_ip": "\x1b[2J"})
    await book.say(batch, sheet, BatchCancelled())
    for command in (("show", batch, "--at", 1), ("diff", batch, 0, 1)):
        assert "\x1b" not in shell("audit", *command).stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("audit", "show", UUID(int=5)), "the log has no batch"),
        (("audit", "verify", UUID(int=5)), "the log has no batch"),
        (("audit", "verify"), "name batches, or say --sample N or --all"),
        (("audit", "verify", "--all", "--sample", 3), "name batches, or say --sample N or --all"),
        (("audit", "verify", "--against", "nowhere.jsonl", "--key", "none"), "nowhere.jsonl cannot be opened"),
        (("audit", "checkpoint"), "say which key"),
        (("audit", "checkpoint", "--key", "none"), "none cannot be read"),
        (("audit", "why", "nothing"), "neither the id of a job nor BATCH:NUMBER"),
        (("audit", "why", f"{UUID(int=5)}:x"), "no number of a sheet"),
        (("audit", "why", UUID(int=5)), "there is no job"),
        (("export",), "name a batch, or say --since TIME"),
        (("export", UUID(int=5), "--since", "2026-01-01T00:00:00Z"), "name a batch, or say --since TIME"),
        (("export", "--since", "yesterday"), "is no time"),
        (("export", "--since", "2026-01-01T00:00:00"), "is no time with its zone"),
    ],
)
async def test_bad_input_is_told_in_a_sentence(
    arguments: tuple[object, ...], sentence: str, told: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEATSTREAM_AUDIT_KEY", raising=False)
    done = CliRunner().invoke(app, list(map(str, arguments)), env={"HEATSTREAM_DATABASE_URL": told.url})
    assert done.exit_code == 2
    assert sentence in " ".join(done.stderr.split())


async def test_moments_that_are_none_are_told(shell: Shell, book: Book) -> None:
    for arguments, sentence in (
        (("show", book.retried, "--at", 99), "ends at event 10"),
        (("show", book.retried, "--at", "soon"), "is no time"),
        (("show", book.erased, "--at", 2), "cannot be told"),
        (("diff", book.retried, 7, 3), "give the earlier one first"),
    ):
        assert sentence in " ".join(shell("audit", *arguments, code=2).stderr.split())


async def test_a_database_that_is_away_is_told_in_a_sentence() -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    for command in (("show", UUID(int=1)), ("verify", "--all", "--processes", 1)):
        done = CliRunner().invoke(app, ["audit", *map(str, command), "--database-url", url])
        assert done.exit_code == 2
        assert done.stderr.count("\n") == 1
        assert "cannot be reached" in done.stderr


async def test_an_export_is_what_was_published(shell: Shell, book: Book) -> None:
    batch = new_id()
    (submitted,) = await book.say(batch, story.submitted(1, batch))
    (event,) = map(json.loads, shell("export", batch).stdout.splitlines())
    assert event.pop("eventid") == 1
    assert event.pop("recordedtime")
    assert event == submitted.to_cloudevent()
    assert Fact.from_cloudevent(event) == submitted
    erased = [json.loads(line) for line in shell("export", book.erased).stdout.splitlines()]
    assert all(event["erased"] and "data" not in event for event in erased)
    assert shell("export", "--since", "2026-01-01T00:00:00Z", "--until", "2026-01-02T00:00:00Z").stdout == ""


async def test_a_checkpoint_is_posted_before_it_is_kept(shell: Shell, book: Book, tmp_path: Path) -> None:
    posted: list[bytes] = []
    status = 201

    class Witness(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    key, file = tmp_path / "audit.key", tmp_path / "checkpoints.jsonl"
    shell("audit", "key", key)
    with ThreadingHTTPServer(("127.0.0.1", 0), Witness) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        printed = await asyncio.to_thread(shell, "audit", "checkpoint", "--key", key, "--post", url)
        assert printed.stdout.encode() == posted.pop()
        await asyncio.to_thread(shell, "audit", "checkpoint", file, "--key", key, "--post", url)
        assert file.read_bytes() == posted.pop()
        status = 500
        refused = await asyncio.to_thread(shell, "audit", "checkpoint", file, "--key", key, "--post", url, code=2)
        assert "answers 500; nothing was appended" in refused.stderr
        assert len(file.read_text().splitlines()) == len(book.batches) + 1
        server.shutdown()
    assert "cannot be reached" in shell("audit", "checkpoint", "--key", key, "--post", url, code=2).stderr


def test_the_audit_has_one_door_to_the_database_and_it_only_reads() -> None:
    """Every connection of the package is the one of `looking`, in whose transaction PostgreSQL refuses to write."""
    files = [*Path(looking.__file__).parent.glob("*.py")]
    assert len(files) > 10
    doors = [file.stem for file in files if re.search(r"psycopg\.connect|asyncpg|Database\(", file.read_text())]
    assert doors == ["looking"]
    for sql in QUERIES.glob("projector_audit_*.sql"):
        assert not re.search(r"\b(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|COPY|LOCK|CALL)\b", sql.read_text()), sql.name
