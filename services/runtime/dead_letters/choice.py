from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta
    from uuid import UUID

    from services.runtime.dead_letters.letter import Letter


@dataclass(frozen=True, slots=True)
class Choice:
    """Which letters are meant: those that pass every filter; an empty filter lets all pass.

    A letter of which nobody knows when it died is neither older nor newer than anything.
    """

    ids: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    batches: frozenset[UUID] = frozenset()
    older_than: timedelta | None = None
    newer_than: timedelta | None = None

    def takes(self, letter: Letter) -> bool:
        return (
            (not self.ids or letter.id in self.ids)
            and (not self.reasons or letter.death.reason in self.reasons)
            and (not self.types or not self.types.isdisjoint(letter.types))
            and (not self.batches or not self.batches.isdisjoint(letter.batch_ids))
            and self._of_this_age(letter)
        )

    def _of_this_age(self, letter: Letter) -> bool:
        if self.older_than is None and self.newer_than is None:
            return True
        age = letter.age
        if age is None:
            return False
        return (self.older_than is None or age >= self.older_than) and (
            self.newer_than is None or age < self.newer_than
        )
