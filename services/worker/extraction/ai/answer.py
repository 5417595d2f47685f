"""What an AI is to answer, and what of an answer is taken."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads the annotations
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from schema.extraction import (
    ClockTime,
    Kind,
    Sheet,
    SheetEntry,
    Short,
    Warning,  # noqa: A004 - as in its home
)
from schema.model import Count, Model
from schema.plain import plain
from services.worker.extraction.kept import KeptSheet
from services.worker.extraction.search import find

if TYPE_CHECKING:
    from schema.extraction import ExtractionResult

#: More swims of one person are in no sheet.
_MOST_SWIMS = 200
#: Of JSON schema: what strict endpoints refuse, and an answer is checked for when it is read.
_FINER = {"title", "description", "format", "pattern", "minimum", "maximum", "minLength", "maxLength", "maxItems"}
_CLOCK = len("09:30")


class BadAnswer(Exception):
    """An answer that is not what was asked for; its text says where, and never what."""


def _clock(time: object) -> object:
    """`9:30` as `09:30`."""
    return time.strip().zfill(_CLOCK) if isinstance(time, str) else time


#: What an AI read or made up, as one plain line.
Said = Annotated[Short, AfterValidator(lambda text: " ".join(plain(text).split()))]


class Swim(Model):
    """One swim as the AI saw it. Every field must be there, and is null where the sheet does not say it."""

    kind: Kind
    session: Said | None
    session_date: date | None
    event_number: Said | None
    event_name: Said | None
    round: Said | None
    heat_number: Count | None
    heat_count: Count | None
    heat_start_time: Annotated[ClockTime, BeforeValidator(_clock)] | None
    lane: Count | None
    swimmer_name: Said
    relay_leg: Annotated[int, Field(ge=1, le=20)] | None
    age: Count | None
    birth_year: Count | None
    team: Said | None
    seed_time: Said | None
    page: Count | None

    def entry(self) -> SheetEntry:
        """As a sheet has it: a leg's name stands in its place in the relay."""
        fields = self.model_dump(exclude={"relay_leg"})
        if self.relay_leg is None:
            return SheetEntry(**fields)
        legs = ("",) * (self.relay_leg - 1) + (self.swimmer_name,)
        return SheetEntry(**{**fields, "swimmer_name": None, "legs": legs})


class Answer(Model):
    """What the AI is asked for. Its JSON schema goes along with the question."""

    meet_name: Said | None
    venue: Said | None
    session_date: date | None
    meet_date_start: date | None
    meet_date_end: date | None
    swims: Annotated[tuple[Swim, ...], Field(max_length=_MOST_SWIMS)]


def schema() -> dict[str, object]:
    """The JSON schema of an answer, with no more than all endpoints understand: types, and what is required."""
    return {word: _plain(part) for word, part in Answer.model_json_schema().items() if word not in _FINER}


def _plain(part: object) -> object:
    match part:
        case dict():
            return {word: _plain(inner) for word, inner in part.items() if word not in _FINER}
        case list():
            return [_plain(inner) for inner in part]
        case _:
            return part


def read(text: str) -> Answer:
    """Raises BadAnswer."""
    try:
        return Answer.model_validate_json(text)
    except ValidationError as wrong:
        places = sorted({".".join(map(str, error["loc"])) or error["type"] for error in wrong.errors()})
        raise BadAnswer(", ".join(places[:5])) from None


def result(answer: Answer, swimmer: str) -> ExtractionResult:
    """The swims in an answer that are this swimmer's by our own rule of names; a warning counts the others."""
    swims = answer.swims
    meet = answer.model_dump(exclude={"swims"})
    found = find(KeptSheet.of(Sheet(**meet, entries=tuple(swim.entry() for swim in swims))), swimmer)
    warnings = [_BY_AI, *found.warnings]
    if others := len(swims) - len(found.events):
        sentence = f"{others} of the swims that the AI gave are under other names and were left out."
        warnings.append(Warning(code="other_names", message=sentence))
    return found.model_copy(update={"warnings": tuple(warnings)})


_BY_AI = Warning(code="read_by_ai", message="An AI read this sheet; please compare its swims with the sheet.")
