"""What a reading gathers before the whole sheet is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

#: The fields of a SheetEntry: a model is made of them once, when nothing changes any more.
Draft = dict[str, Any]


@dataclass(slots=True)
class Heat:
    """A heat; one that goes on in another column is the same. `at` are the places of its drafts."""

    session: str | None
    event: str | None
    number: int
    round: str | None
    start: str | None
    count: int | None = None
    at: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """What a sheet says of one event of one session, beside its entries.

    `seen` are its heats by round and number, `counts` how many heats each round has by its own count, `heats` how many
    the list of events says.
    """

    start: str | None = None
    heats: int | None = None
    day: date | None = None
    seen: dict[tuple[str, int], Heat] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
