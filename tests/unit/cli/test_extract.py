from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from typer.testing import CliRunner, Result

from schema.extraction import Sheet, SheetEntry
from services.cli.app import app
from services.cli.commands import extract as command
from services.worker.extraction import KeptSheet
from tests.samples.families import FAMILIES

EXAMPLES = Path(__file__).parents[3] / "examples"
SHEET = str(EXAMPLES / "sprint-night.pdf")
RELAYS = str(EXAMPLES / "three-column-relays.pdf")
SWIMMER = "Maya Lindqvist"
SHEET_KEYS = {
    "meet_name",
    "session_date",
    "meet_date_start",
    "meet_date_end",
    "venue",
    "timeline",
    "entries",
    "warnings",
}
ENTRY_KEYS = {
    "kind",
    "session",
    "event_number",
    "event_name",
    "round",
    "heat_number",
    "heat_count",
    "heat_start_time",
    "heat_start_estimated",
    "swum_before_seconds",
    "lane",
    "swimmer_name",
    "age",
    "birth_year",
    "team",
    "seed_time",
    "legs",
    "page",
}


def extract(*arguments: str) -> Result:
    """In this process: its fork server starts once for all of these tests."""
    return CliRunner().invoke(app, ["extract", *arguments])


def test_a_whole_sheet_has_every_key_of_the_contract() -> None:
    done = extract(SHEET, "--all", "--json")
    assert done.exit_code == 0, done.stderr
    sheet = json.loads(done.stdout)
    assert set(sheet) == SHEET_KEYS
    assert sheet["entries"]
    assert all(set(entry) >= ENTRY_KEYS for entry in sheet["entries"])
    assert {entry["kind"] for entry in sheet["entries"]} <= {
        "individual",
        "relay",
        "alternate",
        "scratched",
        "unseeded",
    }


@pytest.mark.parametrize("name", [SWIMMER, "Lindqvist, Maya", "  LINDQVIST,  maya "])
def test_a_swimmer_is_found_however_the_name_is_typed(name: str) -> None:
    done = extract(SHEET, "--swimmer", name, "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["events"]


def test_the_table_has_one_row_a_swim_in_a_pipe() -> None:
    swims = json.loads(extract(SHEET, "--swimmer", SWIMMER, "--json").stdout)["events"]
    table = extract(SHEET, "--swimmer", SWIMMER).stdout
    for swim in swims:
        assert any(str(swim["event_number"]) in row and swim["seed_time"] in row for row in table.splitlines())
    assert len(table.splitlines()) == len(swims) + 2  # the title and the names of the columns


def test_a_session_report_is_a_table_of_starts(tmp_path: Path) -> None:
    report = FAMILIES["session-report"](1)
    file = tmp_path / "report.pdf"
    file.write_bytes(report.pdf)

    shown = extract(str(file), "--all")

    first = report.sheet.timeline[0]
    assert shown.exit_code == 0
    assert [line for line in shown.stdout.splitlines() if str(first.event_name) in line and line.endswith(first.start)]


def test_a_swimmer_who_is_not_there_ends_with_three_and_near_names() -> None:
    done = extract(SHEET, "--swimmer", "Maja Lindquist", "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["events"] == []
    assert "Lindqvist" in done.stderr


def test_siblings_have_a_line_and_a_table_each() -> None:
    other = next(
        entry["swimmer_name"]
        for entry in json.loads(extract(SHEET, "--all", "--json").stdout)["entries"]
        if entry["swimmer_name"] and "Lindqvist" not in entry["swimmer_name"]
    )
    done = extract(SHEET, "--swimmer", SWIMMER, "--swimmer", other, "--json")
    assert done.exit_code == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["swimmer_name"] for answer in answers] == [SWIMMER, other]
    assert all(answer["events"] for answer in answers)
    table = extract(SHEET, "--swimmer", SWIMMER, "--swimmer", other).stdout
    assert SWIMMER in table
    assert other in table


def test_one_sibling_who_is_not_there_ends_with_three() -> None:
    done = extract(SHEET, "--swimmer", "Nobody Here", "--swimmer", SWIMMER)
    assert done.exit_code == 3
    assert "Nobody Here is not in this sheet" in done.stderr
    assert SWIMMER in done.stdout


def test_a_team_has_its_swims_and_legs_in_the_sheets_order() -> None:
    entries = json.loads(extract(RELAYS, "--all", "--json").stdout)["entries"]
    wanted = [
        (entry["event_number"], entry["heat_number"], entry["lane"], name)
        for entry in entries
        if (entry["team"] or "").startswith("HARB-XA")
        for name in entry["legs"] or [entry["swimmer_name"]]
    ]
    done = extract(RELAYS, "--team", "harb", "--json")
    assert done.exit_code == 0, done.stderr
    (team,) = map(json.loads, done.stdout.splitlines())
    assert team["team"] == "harb"
    assert [
        (swim["event_number"], swim["heat_number"], swim["lane"], swim["swimmer_name"]) for swim in team["events"]
    ] == wanted
    assert {swim["relay_leg"] for swim in team["events"]} >= {None, 1, 2, 3, 4}
    assert len(extract(RELAYS, "--team", "HARB-XA").stdout.splitlines()) == len(wanted) + 2


def test_a_team_that_is_not_there_ends_with_three_and_near_names() -> None:
    done = extract(RELAYS, "--team", "HARP", "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["events"] == []
    assert "HARB-XA" in done.stderr


def test_a_sheet_that_a_pdf_has_tampered_with_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    good = KeptSheet.of(Sheet(entries=(SheetEntry(swimmer_name=SWIMMER, lane=4),))).document
    monkeypatch.setattr(command, "_read", lambda _: KeptSheet(good.replace(b'"lane":4', b'"lane":X')))
    assert "not whole" in assert_refused(extract(SHEET, "--swimmer", SWIMMER))


@pytest.mark.parametrize(
    ("arguments", "code"), [((SHEET, "--swimmer", SWIMMER), 0), ((SHEET, "--swimmer", "Nobody"), 3), ((SHEET,), 2)]
)
def test_the_exit_code_is_that_of_the_process(arguments: tuple[str, ...], code: int) -> None:
    command = [sys.executable, "-m", "services.cli", "extract", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def _text(path: Path) -> None:
    path.write_text("this is a letter, not a sheet")


def _nothing(path: Path) -> None:
    path.write_bytes(b"")


def _header_only(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7\n")


def _blank_page(path: Path) -> None:
    canvas = Canvas(str(path))
    canvas.showPage()
    canvas.save()


def _encrypted(path: Path) -> None:
    canvas = Canvas(str(path), encrypt=StandardEncryption("secret", strength=128))
    canvas.drawString(100, 700, "Event 1")
    canvas.save()


@pytest.mark.parametrize("write", [_text, _nothing, _header_only, _blank_page, _encrypted])
def test_a_file_that_cannot_be_read_ends_with_two_and_one_line(tmp_path: Path, write: object) -> None:
    path = tmp_path / "sheet.pdf"
    assert callable(write)
    write(path)
    assert_refused(extract(str(path), "--all", "--json"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.pdf", "--all"], "nowhere.pdf cannot be opened"),
        (["tests", "--all"], "is a directory"),
        ([SHEET], "either --swimmer"),
        ([SHEET, "--all", "--swimmer", SWIMMER], "either --swimmer"),
        ([SHEET, "--team", "HARB", "--swimmer", SWIMMER], "either --swimmer"),
        ([SHEET, "--all", "--team", "HARB"], "either --swimmer"),
        ([SHEET, "--team", " "], "blank"),
        ([SHEET, "--swimmer", SWIMMER, "--swimmer", "Lindqvist, Maya"], "one swimmer's name"),
        ([SHEET, "--swimmer", " \t "], "blank"),
        ([SHEET, "--swimmer", "x" * 256], "255"),
        ([SHEET, "--swimmer", "Maya\nLindqvist"], "one line"),
    ],
)
def test_bad_input_ends_with_two_and_one_line(arguments: list[str], says: str) -> None:
    assert says in assert_refused(extract(*arguments))


def assert_refused(done: Result) -> str:
    assert (done.exit_code, done.stdout) == (2, ""), done
    *progress, refusal = done.stderr.splitlines()
    assert [line for line in progress if not line.startswith("Reading the picture of page ")] == []
    assert refusal.startswith("heatstream: ")
    return refusal
