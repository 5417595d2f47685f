"""What all families of one column share: a programme drawn session by session, and the truth beside it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from schema.extraction import Sheet, SheetEntry
from tests.samples.nation import nation
from tests.samples.paper import Line, Paper
from tests.samples.programme import Plan, Programme, Race
from tests.samples.truth import Sample, Spot, entry

if TYPE_CHECKING:
    import datetime as dt

    from tests.samples.meet import Session


class Drawing(ABC):
    """One sheet of a family. `tell` says an entry; what a family prints as no other does is given by name."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.nation = nation(plan.language)
        self.meet = self.nation.meets[plan.seed % len(self.nation.meets)]
        self.place = self.nation.places[plan.seed % len(self.nation.places)]
        self.sessions = Programme(plan, self.name, self.called).sessions()
        self.paper = Paper(self.meet, self.head, self.foot)
        self.entries: list[SheetEntry] = []

    def drawn(self) -> Sample:
        self.front()
        for session in self.sessions:
            self.session(session)
        first, last = self.plan.first_day, self.plan.last_day
        swum = {entry.session_date for entry in self.entries}
        meet: dict[str, object] = {
            "meet_name": self.meet,
            "session_date": swum.pop() if len(swum) == 1 else None,
            "meet_date_start": first,
            "meet_date_end": last,
            "venue": self.place,
        }
        sheet = Sheet.model_validate(meet | self.meet_as_printed() | {"entries": tuple(self.entries)})
        return Sample(self.paper.pdf(), sheet, self.paper.page)

    def tell(self, spot: Spot, **printed: object) -> None:
        self.entries.append(entry(spot, self.paper.page, **printed))

    @abstractmethod
    def name(self, race: Race) -> tuple[str, ...]:
        """The parts of an event's name, each a text of its own on the page."""

    @abstractmethod
    def called(self, number: int, day: dt.date) -> str:
        """A session's name."""

    @abstractmethod
    def head(self, page: int) -> list[Line]:
        """What stands on top of a page."""

    @abstractmethod
    def session(self, session: Session) -> None:
        """Draw a session and tell its entries."""

    def foot(self, page: int) -> list[Line]:  # noqa: ARG002 - most families print none
        """What stands at the end of a page."""
        return []

    def front(self) -> None:  # noqa: B027 - most families have none
        """Draw the pages before the first session."""

    def meet_as_printed(self) -> dict[str, object]:
        """What a perfect reader says of the meet, where this family prints it in a way of its own."""
        return {}
