"""Who is to have how many partitions: pure, so that every projector comes to the same. Seats come oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Seat:
    """A session that shares the partitions, as the database shows it.

    `told` is how many partitions its process was told of, None when it has resigned and only ends what it holds.
    """

    pid: int
    name: str
    silent_seconds: float
    told: int | None
    holds: frozenset[int]


def agreed(seats: Sequence[Seat]) -> int | None:
    """How many partitions there are: what the oldest member was told. None without one."""
    return next((seat.told for seat in seats if seat.told is not None), None)


def quota(pid: int, seats: Sequence[Seat]) -> int:
    """How many partitions this session is to hold.

    Where it does not come out even the older ones have one more, so that a newcomer takes and nobody else moves.
    """
    partitions = agreed(seats)
    members = [seat.pid for seat in seats if seat.told is not None and seat.told == partitions]
    if partitions is None or pid not in members:
        return 0
    share, rest = divmod(partitions, len(members))
    return share + (members.index(pid) < rest)


def unheld(seats: Iterable[Seat], partitions: int) -> list[int]:
    """The partitions that nobody holds."""
    held = frozenset[int]().union(*(seat.holds for seat in seats))
    return [number for number in range(partitions) if number not in held]
