from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, Self
from uuid import UUID

from services.projector.audit import chains, comparison
from services.projector.audit.difference import BATCHES, FILES, Difference
from services.projector.audit.log import rows
from services.projector.audit.looking import fetch
from services.projector.audit.read_rows import read_rows
from services.projector.audit.refold import validated
from services.projector.replay.trusted import trusted

if TYPE_CHECKING:
    from services.projector.audit.log import Row
    from services.projector.audit.looking import Looking
    from services.projector.audit.read_rows import ReadRows
    from services.projector.audit.refold import Document


class Range(NamedTuple):
    """The batches after one id and until another."""

    after: UUID
    until: UUID

    @classmethod
    def of(cls, batch_id: UUID) -> Self:
        return cls(UUID(int=max(batch_id.int - 1, 0)), batch_id)


@dataclass(slots=True)
class Report:
    """What was looked at, and what was found. An erased batch keeps its chain, and has nothing to be folded."""

    batches: int = 0
    events: int = 0
    erased: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, other: Report) -> None:
        self.batches += other.batches
        self.events += other.events
        self.erased += other.erased
        self.differences += other.differences


def verify(seen: Looking, which: Range, *, chain_only: bool = False) -> Report:
    """Hold the logs of these batches against their chains, and the read tables against their fold."""
    report = Report()
    # A range is a small part of the table, whatever the planner has heard of it; others look at others meanwhile.
    # By its index the log comes in order: to sort it, on disk, costs as much again.
    seen.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    seen.execute("SET LOCAL max_parallel_workers_per_gather = 0")
    read = None if chain_only else read_rows(seen, *which)
    cited: dict[UUID, Difference] = {}
    met: set[UUID] = set()
    for batch_id, group in groupby(rows(seen, *which), itemgetter(0)):
        log = list(group)
        documents = [row.document() for row in log]
        report.batches += 1
        report.events += len(log)
        report.erased += all(document is None for document in documents)
        broken = list(chains.broken(log, documents))
        report.differences += broken
        if read is not None:
            report.differences += _unlike(log, documents, read, cited, whole=not broken)
            met.add(batch_id)
    if read is not None:
        report.differences += (
            Difference(batch_id, None, BATCHES, "id", comparison.STRAY) for batch_id in read.batches.keys() - met
        )
    if cited:
        unknown = fetch(seen, "projector_audit_uncited", list(cited))
        report.differences += (cited[message_id] for (message_id,) in unknown)
    return report


def _unlike(
    log: list[Row],
    documents: list[Document | None],
    read: ReadRows,
    cited: dict[UUID, Difference],
    *,
    whole: bool,
) -> list[Difference]:
    """Data whose chain is whole was validated on its way in, and is not again: that would be half of the time."""
    if whole:
        try:
            return list(comparison.unlike(log, documents, read, cited, trusted))
        except Exception:  # noqa: BLE001, S110 - a chain can be forged whole, over anything; it is looked at again
            pass
    return list(comparison.unlike(log, documents, read, cited, validated))


def shared(seen: Looking) -> Report:
    """What no range of batches shows: results that belong to no job, and files, whose sightings are of many batches."""
    report = Report()
    for table, identifier in fetch(seen, "projector_audit_strays"):
        report.differences.append(Difference(None, None, table, "id", f"{identifier}: {comparison.STRAY}"))
    for batch_id, event_id, column, there, sighted in fetch(seen, "projector_audit_files"):
        sentence = comparison.NOT_FOLDED if there and sighted else comparison.STRAY if there else comparison.NO_ROW
        report.differences.append(Difference(batch_id, event_id, FILES, column, sentence))
    return report
