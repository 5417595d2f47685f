from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schema.states import BatchStatus, JobStatus
from schema.views import FailedView, ResultsView, ResultView, SwimView
from services.api.swim_ids import swims_of_row
from services.api.timeline import timed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def schedule(batch: Mapping[str, Any], jobs: Iterable[Mapping[str, Any]]) -> ResultsView:
    """The schedule of a batch, from its row and the rows of `api_results` in the order of the sheets."""
    sheets: list[ResultView] = []
    failed: list[FailedView] = []
    unfinished = 0
    for job in jobs:
        status = JobStatus(job["status"])
        if status is JobStatus.COMPLETED and job["events"] is not None:
            sheets.append(result_view(job))
        elif status.over:
            failed.append(
                FailedView(
                    job_id=job["job_id"],
                    source=job["source"],
                    status=status,
                    error_code=job["error_code"],
                    error_message=job["error_message"],
                )
            )
        else:
            unfinished += 1
    reports = [sheet for sheet in sheets if sheet.timeline]
    return ResultsView(
        batch_id=batch["id"],
        swimmer_name=batch["swimmer_name"],
        status=BatchStatus(batch["status"]),
        results=tuple(_with_duplicates(timed(sheet, reports) for sheet in sheets)),
        failed=tuple(failed),
        unfinished=unfinished,
    )


def result_view(row: Mapping[str, Any]) -> ResultView:
    """What one sheet says."""
    return ResultView(
        result_code=row["result_code"],
        swimmer_name=row["swimmer_name"],
        source=row["source"],
        swims=tuple(swims_of_row(row)),
        warnings=row["warnings"],
        cached=row["cached"],
        meet_name=row["meet_name"],
        session_date=row["session_date"],
        meet_date_start=row["meet_date_start"],
        meet_date_end=row["meet_date_end"],
        venue=row["venue"],
        timeline=row["timeline"],
    )


def _with_duplicates(sheets: Iterable[ResultView]) -> Iterator[ResultView]:
    """The sheets, each swim marked as a duplicate that an earlier sheet has too."""
    seen: set[tuple[object, ...]] = set()
    for sheet in sheets:
        identities = [_identity(sheet, swim) for swim in sheet.swims]
        swims = zip(sheet.swims, identities, strict=True)
        yield sheet.model_copy(
            update={"swims": tuple(swim.model_copy(update={"duplicate": same in seen}) for swim, same in swims)}
        )
        seen |= set(identities)


def _identity(sheet: ResultView, swim: SwimView) -> tuple[object, ...]:
    """What two sheets must agree on to print the same swim.

    Rather too much than too little: a swim shown twice is a nuisance, a hidden one is missed at the pool. So a final
    is not taken for its preliminary heat, though event, heat, lane and day agree.
    """
    return (
        " ".join((sheet.meet_name or "").casefold().split()),
        swim.session_date or sheet.session_date or sheet.meet_date_start,
        (swim.session or "").casefold(),
        (swim.round or "").casefold(),
        swim.event_number or swim.event_name,
        swim.heat_number,
        swim.lane,
        swim.relay_leg,
    )
