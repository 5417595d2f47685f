from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schema.events import BatchExpired
from services.projector.audit.difference import LOG, Difference
from services.projector.chain import canonical, commitment, link, origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from services.projector.audit.log import Row

_LINKED = "type, version, occurred_at, commitment or digest was changed, or the row was moved or put in"


def broken(rows: Sequence[Row], documents: Sequence[dict[str, Any] | None]) -> Iterator[Difference]:
    """Where the log of one batch is not dense from 1, and where its chain does not hold. `documents` are its data.

    Each row is held against the digest that lies before it, so that what was done to one row is told of that row, and
    of the next where its digest is concerned.
    """
    batch_id, expired = rows[0].batch_id, rows[-1].type == BatchExpired.TYPE
    previous, expected = origin(batch_id), 1
    for row, document in zip(rows, documents, strict=True):
        event_id, committed = row.event_id, row.commitment
        if document is not None and row.salt is not None:
            computed = commitment(row.salt, canonical(document))
            if committed is None:
                committed = computed
            elif committed != computed:
                yield Difference(batch_id, event_id, LOG, "data", "data or salt is not what was committed to")
            if expired:
                yield Difference(batch_id, event_id, LOG, "data", "the batch has expired, and the data is still there")
        elif not expired:
            yield Difference(batch_id, event_id, LOG, "data", "it is erased, and the batch has not expired")
        elif committed is None:
            sentence = "it was erased before commitments were kept: nobody can check it"
            yield Difference(batch_id, event_id, LOG, "commitment", sentence)
        if event_id != expected:
            missing = f"events {expected} to {event_id - 1} are" if event_id - expected > 1 else "the event is"
            yield Difference(batch_id, expected, LOG, "event_id", f"{missing} missing")
        elif committed is not None and row.digest != link(previous, row.type, row.version, row.occurred_at, committed):
            yield Difference(batch_id, event_id, LOG, "digest", _LINKED)
        previous, expected = row.digest, event_id + 1
