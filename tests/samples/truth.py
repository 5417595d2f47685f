"""What a perfect reader says of a drawn place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schema.extraction import Kind, Sheet, SheetEntry

if TYPE_CHECKING:
    from tests.samples.meet import Event, Heat, Place, Session


@dataclass(frozen=True)
class Sample:
    """A PDF and what a perfect reader says of it."""

    pdf: bytes
    sheet: Sheet
    pages: int


@dataclass(frozen=True)
class Spot:
    """A place and where it stands; without a heat it is a rank of a list, an alternate or a withdrawn entry."""

    session: Session
    event: Event
    heat: Heat | None
    place: Place


def entry(spot: Spot, page: int, **printed: object) -> SheetEntry:
    """The entry of a place; `printed` are the fields that a family prints in a way of its own."""
    session, event, heat, place = spot.session, spot.event, spot.heat, spot.place
    who = None if event.is_relay else place.who[0]
    seeded = Kind.RELAY if event.is_relay else Kind.INDIVIDUAL
    fields: dict[str, object] = {
        "kind": seeded if heat else Kind.UNSEEDED,
        "session": session.name,
        "session_date": session.day,
        "event_number": event.number,
        "event_name": event.name,
        "round": heat.round if heat else None,
        "heat_number": heat.number if heat else None,
        "heat_count": event.heat_count if heat and heat.is_counted else None,
        "heat_start_time": heat.start if heat else None,
        "lane": place.number if heat else None,
        "swimmer_name": who.printed if who else None,
        "age": who.age if who else None,
        "team": place.team if who else f"{place.team} {place.letter}".strip(),
        "seed_time": place.seed,
        "page": page,
        "legs": () if who else tuple(swimmer.printed for swimmer in place.who),
    }
    return SheetEntry.model_validate(fields | printed)
