from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.cli.failures import Unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from uuid import UUID

    from services.client.following import BatchNews
    from services.client.gateway import Gateway


@dataclass(frozen=True, slots=True)
class Figures:
    """What a client at the gateway measured of one batch, in milliseconds, on its own monotonic clock.

    `submit_to_completed_ms` is from before the first byte of the POST to `batch_completed` received;
    `first_event_ms` is from the 202 received to the first event of the stream received. `from_cache` counts the sheets
    that were not read for it.
    """

    batch_id: UUID
    submit_to_completed_ms: float
    first_event_ms: float
    from_cache: int


def run_batch(gateway: Gateway, swimmer: str, sheets: Sequence[Path], show: Callable[[BatchNews], None]) -> Figures:
    """Hand in a batch and follow it to its end. Raises Unusable where it ends otherwise than completed."""
    posted = time.perf_counter()
    batch_id = gateway.submit([swimmer], sheets).batch_id
    taken = time.perf_counter()
    first = completed = None
    from_cache = 0
    for news in gateway.events(batch_id):
        heard = time.perf_counter()
        first = first or heard
        if news.name == "batch_completed":
            completed = heard
        from_cache += bool(news.data.get("cached"))
        show(news)
    if first is None or completed is None:
        raise Unusable(f"batch {batch_id} ended without batch_completed")
    return Figures(batch_id, _milliseconds(posted, completed), _milliseconds(taken, first), from_cache)


def fresh_copies(sheets: Sequence[Path], folder: Path, mark: str) -> list[Path]:
    """The same sheets with other bytes (a comment after the end), so that no reading of them is kept yet."""
    folder.mkdir(parents=True)
    copies = [folder / sheet.name for sheet in sheets]
    for sheet, copy in zip(sheets, copies, strict=True):
        copy.write_bytes(sheet.read_bytes() + f"\n% {mark}\n".encode())
    return copies


def _milliseconds(start: float, end: float) -> float:
    return round((end - start) * 1000, 1)
