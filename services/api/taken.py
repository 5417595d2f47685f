"""What is said to who handed in a batch: where to look, or which of several the broker does not surely have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.views import SubmittedView, SwimmerBatchView
from services.api.problems import Unavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from schema.commands import SubmitBatch

_NOT_TWICE = "what the broker has of it already is then not made twice"


def taken(commands: Sequence[SubmitBatch]) -> SubmittedView:
    """The broker has them all."""
    batches = tuple(_batch(command) for command in commands)
    first = batches[0]
    return SubmittedView(
        batch_id=first.batch_id,
        url=first.url,
        events_url=first.events_url,
        results_url=first.results_url,
        calendar_url=first.calendar_url,
        batches=batches,
    )


def unconfirmed(commands: Sequence[SubmitBatch], missing: Collection[SubmitBatch], key: str | None) -> Unavailable:
    """Of some the broker gave no word: they may have arrived or not. `key` is what they come again under, if any."""
    if key is None:
        sentence = (
            "the message broker did not confirm it, and may have it: look at its address before you send it again"
        )
    else:
        sentence = f"send it again in a few seconds with the header `Idempotency-Key: {key}`: {_NOT_TWICE}"
    fields = tuple(
        ("swimmer", f"“{batch.swimmer}” {'may be' if command in missing else 'is'} at {batch.url}")
        for command, batch in ((command, _batch(command)) for command in commands)
    )
    return Unavailable("broker-unavailable", sentence, fields, {} if key is None else {"Idempotency-Key": key})


def _batch(command: SubmitBatch) -> SwimmerBatchView:
    url = f"/api/batches/{command.batch_id}"
    return SwimmerBatchView(
        swimmer=command.swimmer_name,
        batch_id=command.batch_id,
        url=url,
        events_url=f"{url}/events",
        results_url=f"{url}/results",
        calendar_url=f"{url}/calendar.ics",
    )
