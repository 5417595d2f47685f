"""submit and watch, against a gateway that answers from a script."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from services.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.conftest import ScriptedGateway

BATCH = "0199c0de-0000-7000-8000-000000000001"
JOB = "0199c0de-0000-7000-8000-000000000002"
BATCH_PATH = f"/api/batches/{BATCH}"
EVENTS, RESULTS = f"GET {BATCH_PATH}/events", f"GET {BATCH_PATH}/results"
NAME = "Maya Lindqvist"
MOMENT = "2026-01-01T10:00:00Z"
DONE = {"status": "completed", "total_pdfs": 1, "completed_pdfs": 1, "failed_pdfs": 0}
SWIM = {
    "id": "0123456789ab",
    "event_number": "12A",
    "event_name": "Girls 100 Free",
    "heat_number": 2,
    "heat_count": 5,
    "lane": 4,
    "seed_time": "1:02.33Y",
    "heat_start_time": "10:42",
    "heat_start_estimated": True,
    "swimmer_name": NAME,
}


def results(*swims: dict[str, Any], status: str = "completed", failed: bool = False) -> dict[str, Any]:
    sheet = {"result_code": "0" * 12, "swimmer_name": NAME, "source": "day1.pdf", "swims": swims, "warnings": []}
    broken = {
        "job_id": JOB,
        "source": "day2.pdf",
        "status": "failed",
        "error_code": "ENCRYPTED_PDF",
        "error_message": "the PDF asks for a password",
    }
    return {
        "batch_id": BATCH,
        "swimmer_name": NAME,
        "status": status,
        "results": [sheet],
        "failed": [broken] if failed else [],
        "unfinished": 0,
    }


def accepted(*batches: tuple[str, str]) -> dict[str, Any]:
    """The answer to a submit that made these batches, each with its swimmer."""
    addresses = [
        {
            "batch_id": batch,
            "url": f"/api/batches/{batch}",
            "events_url": f"/api/batches/{batch}/events",
            "results_url": f"/api/batches/{batch}/results",
            "calendar_url": f"/api/batches/{batch}/calendar.ics",
        }
        for batch, _ in batches
    ]
    each = [{**address, "swimmer": name} for address, (_, name) in zip(addresses, batches, strict=True)]
    return {**addresses[0], "batches": each}


@pytest.fixture
def taken(gateway: ScriptedGateway) -> ScriptedGateway:
    """A gateway that takes a batch of one sheet and streams it to its end."""
    gateway.says("POST /api/batches", accepted((BATCH, NAME)), 202)
    job = {
        "id": JOB,
        "sequence": 1,
        "source_type": "file",
        "source_url": None,
        "filename": "day1.pdf",
        "status": "processing",
        "stage": "extracting",
        "progress_message": None,
        "result_code": None,
        "error_code": None,
        "error_message": None,
        "retry_count": 0,
        "cached": False,
        "created_at": MOMENT,
        "started_at": MOMENT,
        "completed_at": None,
    }
    batch = {
        "id": BATCH,
        "swimmer_name": NAME,
        "status": "processing",
        "total_pdfs": 1,
        "completed_pdfs": 0,
        "failed_pdfs": 0,
        "created_at": MOMENT,
        "started_at": MOMENT,
        "completed_at": None,
        "expires_at": MOMENT,
        "last_event_id": 2,
        "jobs": [job],
    }
    gateway.says(f"GET {BATCH_PATH}", batch)
    gateway.streams(
        EVENTS, (1, "batch_started", {}), (2, "job_progress", {"sequence": 1, "stage": "extracting"}), cut=True
    )
    gateway.streams(EVENTS, (3, "job_completed", {"sequence": 1}), (4, "batch_completed", DONE))
    gateway.says(EVENTS, None, 204)
    return gateway


def heatstream(gateway: ScriptedGateway, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--api", gateway.url])


@pytest.fixture
def pdf(tmp_path: Path) -> str:
    path = tmp_path / "day1.pdf"
    path.write_bytes(b"%PDF-1.7 sheet")
    return str(path)


def test_submit_hands_in_files_and_links_in_their_order_and_prints_the_id(taken: ScriptedGateway, pdf: str) -> None:
    done = heatstream(taken, "submit", "https://meets.example/a.pdf", pdf, "--swimmer", f" {NAME} ")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [BATCH, taken.url + BATCH_PATH]
    [(_, headers, body)] = taken.asked
    assert headers["idempotency-key"]
    assert body.index(b"https://meets.example/a.pdf") < body.index(b'filename="day1.pdf"') < body.index(b"%PDF-1.7")
    assert f"\r\n\r\n{NAME}\r\n".encode() in body


def test_a_cut_stream_is_taken_up_where_it_broke(taken: ScriptedGateway) -> None:
    taken.says(RESULTS, results(SWIM))
    done = heatstream(taken, "watch", BATCH, "--json")
    assert done.exit_code == 0, done.output
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 2, 3, 4]
    cursors = [headers.get("last-event-id") for headers in taken.headers_of(EVENTS)]
    assert cursors == [None, "2", "4"]


def test_a_busy_gateway_gets_the_same_submit_again_under_the_same_key(taken: ScriptedGateway, pdf: str) -> None:
    away = {"type": "/problems/broker-unavailable", "title": "Away", "status": 503, "detail": "send it again"}
    taken.says("POST /api/batches", away, 503)
    taken.answers["POST /api/batches"].reverse()
    done = heatstream(taken, "submit", pdf, "--swimmer", NAME)
    assert done.exit_code == 0, done.output
    (_, first, sent), (_, second, again) = taken.asked
    assert first["idempotency-key"] == second["idempotency-key"]
    assert sent.count(b"%PDF-1.7 sheet") == again.count(b"%PDF-1.7 sheet") == 1


def test_submit_watch_shows_progress_and_prints_the_schedule(taken: ScriptedGateway, pdf: str) -> None:
    taken.says(RESULTS, results(SWIM, SWIM | {"duplicate": True}))
    done = heatstream(taken, "submit", pdf, "--swimmer", NAME, "--watch")
    assert done.exit_code == 0, done.output
    assert "day1.pdf: extracting" in done.stderr
    first, second = done.stdout.splitlines()[-2:]
    assert first.split() == ["day1.pdf", "12A", "Girls", "100", "Free", "2/5", "4", "1:02.33Y", "~10:42"]
    assert second.split()[-1] == "again"


def test_the_schedule_is_written_as_a_calendar(taken: ScriptedGateway, pdf: str, tmp_path: Path) -> None:
    taken.says(RESULTS, results(SWIM))
    taken.answers[f"GET {BATCH_PATH}/calendar.ics"].append(type(taken.answers[EVENTS][0])(b"BEGIN:VCALENDAR"))
    done = heatstream(taken, "submit", pdf, "--swimmer", NAME, "--json", "--ics", str(tmp_path / "out.ics"))
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out.ics").read_bytes() == b"BEGIN:VCALENDAR"
    assert json.loads(done.stdout)["results"][0]["swims"][0]["lane"] == 4


def test_a_calendar_is_asked_for_with_alarms_and_a_time_zone(taken: ScriptedGateway, pdf: str, tmp_path: Path) -> None:
    taken.says(RESULTS, results(SWIM))
    address = f"GET {BATCH_PATH}/calendar.ics?alarm=10&tz=Europe%2FBerlin"
    taken.answers[address].append(type(taken.answers[EVENTS][0])(b"BEGIN:VCALENDAR"))
    wishes = "--alarm", "10", "--tz", "Europe/Berlin"
    done = heatstream(taken, "submit", pdf, "--swimmer", NAME, "--ics", str(tmp_path / "out.ics"), *wishes)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out.ics").read_bytes() == b"BEGIN:VCALENDAR"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--ics", "out.ics", "--alarm", "7"], "--alarm is 5, 10 or 15"),
        (["--ics", "out.ics", "--tz", "Berlin"], "there is no time zone Berlin"),
        (["--alarm", "5"], "say --ics FILE too"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_before_anything_is_sent(
    taken: ScriptedGateway, pdf: str, wrong: list[str], said: str
) -> None:
    done = heatstream(taken, "submit", pdf, "--swimmer", NAME, *wrong)
    assert (done.exit_code, said in done.output) == (2, True), done.output
    assert taken.asked == []


def test_sheets_without_the_swimmer_end_with_three(taken: ScriptedGateway) -> None:
    taken.says(RESULTS, results())
    done = heatstream(taken, "watch", BATCH)
    assert done.exit_code == 3
    assert NAME in done.stdout


def test_a_sheet_that_failed_is_named_with_its_reason_and_ends_with_one(taken: ScriptedGateway) -> None:
    taken.says(RESULTS, results(SWIM, status="partial", failed=True))
    done = heatstream(taken, "watch", BATCH)
    assert done.exit_code == 1
    assert "day2.pdf: the PDF asks for a password [ENCRYPTED_PDF]" in done.stderr


def test_a_refusal_is_one_sentence(gateway: ScriptedGateway, pdf: str) -> None:
    problem = {
        "type": "/problems/too-many-pdfs",
        "title": "Too many PDFs",
        "status": 422,
        "detail": "a batch holds 15 PDFs: hand in the rest as a second batch",
    }
    gateway.says("POST /api/batches", problem, 422)
    done = heatstream(gateway, "submit", pdf, "--swimmer", NAME)
    assert done.exit_code == 2
    assert done.stderr == f"heatstream: Too many PDFs: {problem['detail']}\n"


def test_a_refused_stream_is_one_sentence(gateway: ScriptedGateway) -> None:
    problem = {"type": "/problems/unknown-batch", "title": "Unknown batch", "status": 404, "detail": "there is none"}
    gateway.says(EVENTS, problem, 404)
    done = heatstream(gateway, "watch", BATCH)
    assert (done.exit_code, done.stderr) == (2, "heatstream: Unknown batch: there is none\n")


def test_a_gateway_that_is_away_is_told_with_what_to_do(pdf: str) -> None:
    done = CliRunner().invoke(app, ["submit", pdf, "--swimmer", NAME, "--api", "http://127.0.0.1:1"])
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert "make up" in done.stderr


def test_watch_asks_what_the_sheets_are_called(taken: ScriptedGateway) -> None:
    taken.says(RESULTS, results(SWIM))
    done = heatstream(taken, "watch", BATCH)
    assert done.exit_code == 0, done.output
    assert "day1.pdf: extracting" in done.stderr
    assert len(taken.headers_of(f"GET {BATCH_PATH}")) == 1


def test_watch_polls_where_it_is_told_to(taken: ScriptedGateway) -> None:
    event = {"subject": BATCH, "eventid": 2, "type": "batch.completed", "time": MOMENT, "data": DONE}
    taken.says(f"{EVENTS}?after=0&wait=20", {"batch_id": BATCH, "events": [event], "next_after": None, "over": True})
    taken.says(RESULTS, results(SWIM))
    done = heatstream(taken, "watch", BATCH, "--poll")
    assert done.exit_code == 0, done.output
    assert "batch: completed: 1 of 1 sheets read" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["submit", "nowhere.pdf", "--swimmer", NAME], "nowhere.pdf cannot be opened"),
        (["submit", ".", "--swimmer", NAME], "is a directory"),
        (["submit", "https://meets.example/a.pdf", "--swimmer", "  "], "the swimmer's name is blank"),
    ],
)
def test_bad_input_is_told_in_one_line_before_anything_is_sent(
    gateway: ScriptedGateway, arguments: list[str], says: str
) -> None:
    done = heatstream(gateway, *arguments)
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
    assert not gateway.asked
