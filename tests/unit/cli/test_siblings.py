"""submit for several swimmers, against a gateway that answers from a script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.cli.calendar_files import one_each
from tests.unit.cli.test_batches import BATCH, DONE, NAME, SWIM, accepted, heatstream, results
from tests.unit.conftest import Answer

if TYPE_CHECKING:
    from tests.unit.conftest import ScriptedGateway

BROTHER, HIS = "Lindqvist, Émile", "0199c0de-0000-7000-8000-000000000009"
SWIMMERS = ["--swimmer", NAME, "--swimmer", BROTHER]
EVENTS = f"GET /api/events?batch={BATCH}&batch={HIS}"


@pytest.fixture
def siblings(gateway: ScriptedGateway) -> ScriptedGateway:
    """A gateway that takes a batch of one sheet for each of two, and streams both to their end over one line."""
    gateway.says("POST /api/batches", accepted((BATCH, NAME), (HIS, BROTHER)), 202)
    for batch, swimmer in ((BATCH, NAME), (HIS, BROTHER)):
        gateway.answers[f"GET /api/batches/{batch}/calendar.ics"].append(Answer(f"calendar of {swimmer}".encode()))
    gateway.streams(
        EVENTS,
        ("1.0", "job_completed", {"batch_id": BATCH, "sequence": 1}),
        ("1.1", "job_completed", {"batch_id": HIS, "sequence": 1}),
        ("2.1", "batch_completed", {"batch_id": BATCH, **DONE}),
        ("2.2", "batch_completed", {"batch_id": HIS, **DONE}),
    )
    gateway.says(EVENTS, None, 204)
    gateway.says(f"GET /api/batches/{BATCH}/results", results(SWIM))
    return gateway


def says_of_him(gateway: ScriptedGateway, **changed: object) -> None:
    gateway.says(
        f"GET /api/batches/{HIS}/results", {**results(SWIM), "batch_id": HIS, "swimmer_name": BROTHER, **changed}
    )


@pytest.fixture
def pdf(tmp_path: Path) -> str:
    path = tmp_path / "day1.pdf"
    path.write_bytes(b"%PDF-1.7 sheet")
    return str(path)


def test_all_are_handed_in_at_once_and_each_batch_is_told(siblings: ScriptedGateway, pdf: str) -> None:
    done = heatstream(siblings, "submit", pdf, *SWIMMERS)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        f"{BATCH}  {siblings.url}/api/batches/{BATCH}  {NAME}",
        f"{HIS}  {siblings.url}/api/batches/{HIS}  {BROTHER}",
    ]
    [(_, _, body)] = siblings.asked
    assert body.count(b'name="swimmer"') == 2
    assert body.count(b"%PDF-1.7 sheet") == 1
    as_json = json.loads(heatstream(siblings, "submit", pdf, *SWIMMERS, "--json").stdout)
    assert [batch["batch_id"] for batch in as_json["batches"]] == [BATCH, HIS]


def test_the_progress_of_all_is_shown_and_a_table_each(siblings: ScriptedGateway, pdf: str) -> None:
    says_of_him(siblings)
    done = heatstream(siblings, "submit", pdf, *SWIMMERS, "--watch")
    assert done.exit_code == 0, done.output
    for name in (NAME, BROTHER):
        assert f"{name} · day1.pdf: done" in done.stderr
        assert f"{name} · batch: completed" in done.stderr
    titles = [line for line in done.stdout.splitlines() if line in (NAME, BROTHER)]
    assert titles == [NAME, BROTHER]
    assert done.stdout.count("~10:42") == 2


def test_as_json_each_has_a_line(siblings: ScriptedGateway, pdf: str) -> None:
    says_of_him(siblings)
    done = heatstream(siblings, "submit", pdf, *SWIMMERS, "--watch", "--json")
    assert [json.loads(line)["swimmer_name"] for line in done.stdout.splitlines()] == [NAME, BROTHER]


def test_each_has_a_calendar_with_the_name_in_its_own(siblings: ScriptedGateway, pdf: str, tmp_path: Path) -> None:
    says_of_him(siblings)
    done = heatstream(siblings, "submit", pdf, *SWIMMERS, "--ics", str(tmp_path / "meet.ics"))
    assert done.exit_code == 0, done.output
    written = {path.name: path.read_text() for path in tmp_path.glob("*.ics")}
    assert written == {
        "meet-maya-lindqvist.ics": f"calendar of {NAME}",
        "meet-emile-lindqvist.ics": f"calendar of {BROTHER}",
    }


@pytest.mark.parametrize(
    ("his", "code"),
    [({"results": []}, 3), ({"status": "partial"}, 1), ({"results": [], "status": "cancelled"}, 1)],
)
def test_the_exit_code_is_that_of_the_worst(
    siblings: ScriptedGateway, pdf: str, his: dict[str, object], code: int
) -> None:
    says_of_him(siblings, **his)
    assert heatstream(siblings, "submit", pdf, *SWIMMERS, "--watch").exit_code == code


def test_a_sheet_that_could_not_be_read_weighs_more_than_one_without_the_swimmer(
    siblings: ScriptedGateway, pdf: str
) -> None:
    siblings.answers[f"GET /api/batches/{BATCH}/results"].clear()
    siblings.says(f"GET /api/batches/{BATCH}/results", results())
    says_of_him(siblings, status="partial")
    assert heatstream(siblings, "submit", pdf, *SWIMMERS, "--watch").exit_code == 1


def test_a_stream_that_is_refused_ends_all_with_one_sentence(siblings: ScriptedGateway, pdf: str) -> None:
    problem = {"type": "/problems/not-found", "title": "Gone", "status": 404, "detail": "there is none"}
    siblings.answers[EVENTS].clear()
    siblings.says(EVENTS, problem, 404)
    done = heatstream(siblings, "submit", pdf, *SWIMMERS, "--watch")
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1] == "heatstream: Gone: there is none"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["--swimmer", NAME, "--swimmer", "LINDQVIST, Maya"],
            "'LINDQVIST, Maya' and 'Maya Lindqvist' are one swimmer's",
        ),
        (["--swimmer", NAME, "--swimmer", " "], "the swimmer's name is blank"),
        (["--swimmer", NAME, "--ics", "nowhere/meet.ics"], "there is no folder nowhere"),
    ],
)
def test_bad_input_is_told_before_anything_is_sent(
    siblings: ScriptedGateway, pdf: str, arguments: list[str], says: str
) -> None:
    done = heatstream(siblings, "submit", pdf, *arguments)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert says in done.stderr
    assert not siblings.asked


def test_names_that_leave_no_letters_for_a_file_still_have_one_each() -> None:
    long = "x" * 100
    paths = one_each(Path("a/meet.ics"), ["../..", "?", f"{long} A", f"{long} B"])
    assert [path.parent for path in paths] == [Path("a")] * 4
    assert [path.name for path in paths[:2]] == ["meet-1.ics", "meet-2.ics"]
    assert len({path.name for path in paths}) == 4
    assert max(len(path.name) for path in paths) < 100
    assert one_each(Path("meet.ics"), ["Maya"]) == [Path("meet.ics")]
