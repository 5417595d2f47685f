"""What the audit says, as lines for people and as JSON. Values reach a terminal without their control characters."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from services.cli.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from services.projector.audit.changes import Change
    from services.projector.audit.difference import Difference
    from services.projector.audit.story import Told
    from services.projector.audit.why import Why

_LONGEST_VALUE = 60
#: Say the same in every row, or nothing of the batch.
_FAMILIAR = frozenset({"id", "batch_id", "sequence"})


def told_line(told: Told) -> str:
    row = told.row
    follows = "" if told.cause is None else f" after event {told.cause}"
    request = f" for request {row.correlation_id}" if row.correlation_id else ""
    what = told.untold or "; ".join(map(_change, _telling(told.changes)))
    said = f"{row.event_id:>5}  {_time(row.recorded_at)}  {row.type:<28}  {what}  ({row.source}{request}{follows})"
    return printable(said)


def told_document(told: Told) -> dict[str, Any]:
    row = told.row
    return {
        "event_id": row.event_id,
        "type": row.type,
        "version": row.version,
        "occurred_at": plain(row.occurred_at),
        "recorded_at": plain(row.recorded_at),
        "message_id": str(row.message_id),
        "source": row.source,
        "correlation_id": row.correlation_id,
        "causation_id": row.causation_id,
        "caused_by_event": told.cause,
        "erased": row.data is None,
        "untold": told.untold,
        "changes": [change_document(change) for change in told.changes],
    }


def change_line(change: Change) -> str:
    return printable(_change(change))


def _change(change: Change) -> str:
    whose = "" if change.job is None else f"job {change.job} "
    if change.before is None:
        return f"{whose}{change.column} = {_short(change.after)}"
    return f"{whose}{change.column} {_short(change.before)} → {_short(change.after)}"


def change_document(change: Change) -> dict[str, Any]:
    before, after = plain(change.before), plain(change.after)
    return {"job": change.job, "column": change.column, "before": before, "after": after}


def state_lines(state: Mapping[str, Any]) -> Iterable[str]:
    """A state of `changes.state`: a line for the batch, and one for each job."""
    for name, row in [("batch", state["batch"]), *((f"job {job['sequence']}", job) for job in state["jobs"])]:
        said = "  ".join(f"{column}={_short(value)}" for column, value in row.items() if value not in (None, ""))
        yield printable(f"{name}: {said}")


def difference_line(difference: Difference) -> str:
    batch = difference.batch_id or "-"
    event = "" if difference.event_id is None else f"  event {difference.event_id}"
    place = difference.place + (f".{difference.column}" if difference.column else "")
    return f"{batch}{event}  {place}: {difference.sentence}"


def difference_document(difference: Difference) -> dict[str, Any]:
    return {**difference._asdict(), "batch_id": plain(difference.batch_id)}


def why_lines(why: Why) -> Iterable[str]:
    for told, sentence in why.reasons:
        yield printable(f"{_time(told.row.recorded_at)}  event {told.row.event_id}: {sentence}")
    yield printable(why.conclusion)


def why_document(why: Why) -> dict[str, Any]:
    return {
        "job_id": str(why.job.id),
        "sequence": why.job.sequence,
        "status": why.job.status.value,
        "reasons": [{**told_document(told), "sentence": sentence} for told, sentence in why.reasons],
        "conclusion": why.conclusion,
    }


def plain(value: Any) -> Any:  # noqa: ANN401 - a value of any column, as JSON has it
    match value:
        case None | bool() | int():
            return value
        case datetime():
            return value.isoformat()
        case Enum():
            return value.value
        case dict():
            return {name: plain(held) for name, held in value.items()}
        case list():
            return [plain(held) for held in value]
        case _:
            return str(value)


def _telling(changes: Iterable[Change]) -> Iterable[Change]:
    """Without what a new row begins with anyway."""
    for change in changes:
        if change.column not in _FAMILIAR and not (change.before is None and change.after in (0, False)):
            yield change


def _short(value: object) -> str:
    text = "-" if value is None else str(plain(value))
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def _time(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")
