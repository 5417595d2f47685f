"""What strangers wrote, on a terminal: nothing that it obeys, nothing that turns a line, no row or line of its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from schema.discovery import DiscoveredPdf, DiscoveredView
from schema.extraction import Sheet, SheetEntry
from schema.states import BatchStatus, JobStatus
from schema.views import FailedView, ResultsView, ResultView, SwimView
from services.cli import outcome, progress, tables
from services.cli.failures import complain
from services.client.following import BatchNews
from tests.hostile import TEXTS, shows_what_it_says

BATCH = UUID("019a0000-0000-7000-8000-000000000001")
HOSTILE = [text.replace("\x00", "") for text in TEXTS.values() if len(text) < 500]


def results(hostile: str) -> ResultsView:
    swim: dict[str, Any] = dict.fromkeys(
        ("session", "event_number", "event_name", "round", "team", "seed_time"), hostile
    )
    warning: dict[str, Any] = {"code": "near_names", "message": hostile, "names": (hostile,)}
    sheet = ResultView(
        result_code="0123456789ab",
        swimmer_name=hostile,
        source=hostile,
        swims=(SwimView(id="0123456789ab", swimmer_name=hostile, **swim),),
        warnings=(warning,),
        cached=False,
        meet_name=hostile,
        venue=hostile,
    )
    failed = FailedView(
        job_id=BATCH, source=hostile, status=JobStatus.FAILED, error_code=None, error_message=f"failed: {hostile}"
    )
    return ResultsView(
        batch_id=BATCH,
        swimmer_name=hostile,
        status=BatchStatus.PARTIAL,
        results=(sheet,),
        failed=(failed,),
        unfinished=0,
    )


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_terminal_is_given_no_orders(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    view = results(hostile)
    outcome.show(view)
    outcome.show(view.model_copy(update={"results": ()}))
    entry = SheetEntry(swimmer_name=hostile, team=hostile, event_name=hostile)
    tables.print_table(tables.entries(Sheet(meet_name=hostile, venue=hostile, entries=(entry,))))
    pdf = DiscoveredPdf(
        url="https://meets.example/a.pdf", name=hostile, kind="heat_sheet", certain=True, size_bytes=None
    )
    tables.print_table(tables.discovered(DiscoveredView(url=pdf.url, title=hostile, pdfs=(pdf,), warnings=())))
    with progress.showing(lambda: {1: hostile}) as show:
        show(BatchNews(1, "job_failed", {"sequence": 1, "error_message": hostile}), hostile)
        show(BatchNews(2, f"job_{hostile}", {}))
    complain(f"“{hostile}” is no heat sheet")
    said = "".join(capsys.readouterr())
    assert all(shows_what_it_says(line) for line in said.split("\n")), repr(said)
    assert not any(line.startswith(("Bcc:", "X-Owned", "END:")) for line in said.split("\n"))


def test_what_a_terminal_would_obey_is_in_sight(capsys: pytest.CaptureFixture[str]) -> None:
    complain("\x1b[31mred\x9b0m \u202eturned\u2028")
    assert capsys.readouterr().err == "heatstream: \\x1b[31mred\\x9b0m \\u202eturned\n"
