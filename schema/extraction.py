from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from schema.model import Count, Model, SwimmerName, Text

#: A wall-clock time as the sheet means it, 24 hours, `HH:MM`.
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Short = Annotated[Text, StringConstraints(max_length=500)]


class Kind(StrEnum):
    """What a printed entry is; a record holder, a time standard or a club list is none of these."""

    INDIVIDUAL = "individual"
    RELAY = "relay"
    ALTERNATE = "alternate"
    SCRATCHED = "scratched"
    UNSEEDED = "unseeded"


class Warning(Model):  # noqa: A001 - the field's word, and never used beside the builtin
    """Something a reader of the result should know. `code` is stable, `message` is for people.

    `page` counts from 1, `line` is the printed line, `names` are the swimmers that the message speaks of.
    """

    code: Text
    message: Text
    page: Count | None = None
    line: Text | None = None
    names: tuple[Text, ...] = ()


class Entry(Model):
    """One printed entry of a heat: what the sheet says of it, nothing added.

    `seed_time` keeps the course suffix and drops flags and exhibition marks; `lane` 0 exists; `event_number` is text
    because sheets print `12A`. An entry of no heat yet (`unseeded`) has its rank in no field. `swum_before_seconds` is
    how long the earlier heats of the event are in the water, by their slowest seed times and without pauses: with the
    event's start from elsewhere it gives the heat's.
    """

    kind: Kind = Kind.INDIVIDUAL
    session: Short | None = None
    session_date: date | None = None
    event_number: Short | None = None
    event_name: Short | None = None
    round: Short | None = None
    heat_number: Count | None = None
    heat_count: Count | None = None
    heat_start_time: ClockTime | None = None
    heat_start_estimated: bool = False
    swum_before_seconds: Count | None = None
    lane: Count | None = None
    swimmer_name: Short | None = None
    age: Count | None = None
    birth_year: Count | None = None
    team: Short | None = None
    seed_time: Short | None = None
    page: Count | None = None


class SheetEntry(Entry):
    """An entry of a whole sheet; a relay carries the names of its legs in their order."""

    legs: tuple[Text, ...] = ()


class SwimEntry(Entry):
    """One swim of one swimmer; `relay_leg` 1 to 4 (5 and on: an alternate) where it is a leg of a relay."""

    relay_leg: Annotated[int, Field(ge=1, le=20)] | None = None


class EventStart(Model):
    """When one event starts, as a session report or a timeline prints it, with its counts and pause between heats."""

    session: Short | None = None
    session_date: date | None = None
    event_number: Short
    event_name: Short | None = None
    round: Short | None = None
    start: ClockTime
    entries: Count | None = None
    heats: Count | None = None
    heat_interval_seconds: Count | None = None


class Meet(Model):
    """What a sheet says of the meet as a whole; `timeline` is empty in all but session reports and timelines."""

    meet_name: Short | None = None
    session_date: date | None = None
    meet_date_start: date | None = None
    meet_date_end: date | None = None
    venue: Short | None = None
    timeline: tuple[EventStart, ...] = ()


class Sheet(Meet):
    """Everything that one PDF prints, for all swimmers: read once, kept by checksum."""

    entries: tuple[SheetEntry, ...] = ()
    warnings: tuple[Warning, ...] = ()


class ExtractionResult(Meet):
    """Every swim of one swimmer in one PDF, in the sheet's order; no events and a warning where it has none."""

    swimmer_name: SwimmerName
    events: tuple[SwimEntry, ...] = ()
    warnings: tuple[Warning, ...] = ()


class TeamSwims(Meet):
    """Every swim of one team in one PDF, in the sheet's order: its entries, and each leg of its relays.

    A relay whose legs the sheet does not print is an event without a swimmer. `team` is what was asked for.
    """

    team: Text
    events: tuple[SwimEntry, ...] = ()
    warnings: tuple[Warning, ...] = ()
