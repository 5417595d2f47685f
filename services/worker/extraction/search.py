from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from schema.extraction import ExtractionResult, SwimEntry, Warning  # noqa: A004 - as in its home
from services.worker.extraction.names import normalize
from services.worker.extraction.sheet_warnings import about_sheet, may_lack

if TYPE_CHECKING:
    from schema.extraction import SheetEntry
    from services.worker.extraction.kept import KeptSheet, Swim

#: Age or birth year, and team.
Person = tuple[int | None, str | None]


def find(kept: KeptSheet, swimmer: str) -> ExtractionResult:
    """Every swim of one swimmer, in the sheet's order.

    A name matches whole. Only when nobody has it exactly, a printed name with a further initial, a nickname, damaged
    characters or another order of words is taken, and only if one person fits; warnings say what was done and who else
    could be meant. Raises Damaged.
    """
    match = kept.index.match(swimmer)
    swims = kept.swims(match.places)
    people = _people(swims)
    wanted = set(normalize(swimmer).split())
    warnings = list(about_sheet(kept, lambda line: wanted <= set(normalize(line).split())))
    if len(people) > 1:
        warnings.append(_several(people, swims, is_exact=match.how == "exact"))
        swims = swims if match.how == "exact" else []
    elif swims and match.how == "order":
        warnings.append(_another_order(swimmer, swims))
    elif not swims and may_lack(kept):
        warnings.append(_not_found(kept, swimmer))
    return ExtractionResult(
        **dict(kept.meet),
        swimmer_name=swimmer,
        events=tuple(swim_entry(swim.entry, swim.name, swim.leg) for swim in swims),
        warnings=tuple(warnings),
    )


def swim_entry(entry: SheetEntry, name: str | None, leg: int | None) -> SwimEntry:
    """An entry as one person's swim; what a relay says of age is not its leg's."""
    fields = {field: getattr(entry, field) for field in SwimEntry.model_fields if field != "relay_leg"}
    own = {} if leg is None else {"age": None, "birth_year": None}
    return SwimEntry(**{**fields, **own, "swimmer_name": name, "relay_leg": leg})


def _people(swims: list[Swim]) -> list[str]:
    """Who swims these, as a person would tell them apart: by age and team where those differ."""
    found: dict[str, set[Person]] = defaultdict(set)
    shown: dict[str, str] = {}
    for swim in swims:
        key = normalize(swim.name)
        shown.setdefault(key, swim.name)
        if swim.leg is None:
            found[key].add((swim.entry.age or swim.entry.birth_year, swim.entry.team))
    return sorted(
        f"{name} ({', '.join(str(part) for part in person if part is not None)})".removesuffix(" ()")
        for key, name in shown.items()
        for person in _told_apart(found[key]) or {(None, None)}
    )


def _told_apart(people: set[Person]) -> set[Person]:
    """Without those who say less of what another says whole: a sheet may print an age here and none there."""
    return {
        one
        for one in people
        if not any(one != other and all(a in (None, b) for a, b in zip(one, other, strict=True)) for other in people)
    }


def _several(people: list[str], swims: list[Swim], *, is_exact: bool) -> Warning:
    if is_exact:
        code, sentence = "same_name", "Several swimmers have this name; the swims of all are here"
    else:
        code, sentence = "several_candidates", "Nobody has exactly this name, and several could be meant; ask for one"
    return Warning(code=code, message=f"{sentence}: {'; '.join(people)}.", names=tuple(sorted({s.name for s in swims})))


def _another_order(swimmer: str, swims: list[Swim]) -> Warning:
    names = tuple(sorted({swim.name for swim in swims}))
    return Warning(
        code="name_order",
        message=f"Nobody is called {swimmer} in this order of words; the swims of {'; '.join(names)} are here.",
        names=names,
    )


def _not_found(kept: KeptSheet, swimmer: str) -> Warning:
    near = kept.index.near(swimmer)
    return Warning(
        code="not_found",
        message=f"{swimmer} is not in this sheet." + (" Near names are listed." if near else ""),
        names=tuple(near),
    )
