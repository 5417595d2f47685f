from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from schema.extraction import ExtractionResult, SwimEntry, Warning  # noqa: A004 - as in its home
from services.worker.extraction.names import damaged_pattern, normalize, without_initials

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schema.extraction import Sheet, SheetEntry

#: How many near names a person looks through.
_NEAR_NAMES = 5
#: Of 100; below it names have nothing but letters in common.
_NEAR_ENOUGH = 70
#: Warnings about a whole sheet; those about single lines are for whom they concern.
_LINE_CODES = frozenset({"unread_line"})


class Swim(NamedTuple):
    """An entry as one person's: `leg` counts from 1 in a relay."""

    entry: SheetEntry
    leg: int | None


def find(sheet: Sheet, swimmer: str) -> ExtractionResult:
    """Every swim of one swimmer, in the sheet's order.

    A name matches whole. Only when nobody has it exactly, a printed name with a further initial, a nickname or damaged
    characters is taken, and only if one person fits; warnings say what was done and who else could be meant.
    """
    printed: dict[str, list[Swim]] = defaultdict(list)
    for name, swim in _swims(sheet):
        printed[name].append(swim)
    names, is_exact = _matching(printed, swimmer)
    people = _people(names, printed)
    warnings = list(_about_sheet(sheet, swimmer))
    if len(people) > 1:
        warnings.append(_several(people, names, is_exact=is_exact))
        names = names if is_exact else []
    elif not names and not any(warning.code == "unknown_layout" for warning in sheet.warnings):
        warnings.append(_not_found(swimmer, printed))
    chosen = set(names)
    return ExtractionResult(
        meet_name=sheet.meet_name,
        session_date=sheet.session_date,
        meet_date_start=sheet.meet_date_start,
        meet_date_end=sheet.meet_date_end,
        venue=sheet.venue,
        swimmer_name=swimmer,
        events=tuple(_swim_entry(name, swim) for name, swim in _swims(sheet) if name in chosen),
        warnings=tuple(warnings),
    )


def _swims(sheet: Sheet) -> Iterator[tuple[str, Swim]]:
    for entry in sheet.entries:
        if entry.swimmer_name:
            yield entry.swimmer_name, Swim(entry, None)
        for leg, name in enumerate(entry.legs, start=1):
            if name:
                yield name, Swim(entry, leg)


def _matching(printed: Iterable[str], swimmer: str) -> tuple[list[str], bool]:
    """The printed names that may be this swimmer's, by the first of three readings that any fits; whether exactly."""
    wanted = normalize(swimmer)
    names = list(printed)
    if exact := [name for name in names if normalize(name) == wanted]:
        return exact, True
    if damaged := [name for name in names if (may := damaged_pattern(name)) and may.fullmatch(wanted)]:
        return damaged, False
    return [name for name in names if without_initials(name) == wanted], False


def _people(names: list[str], printed: dict[str, list[Swim]]) -> list[str]:
    """Who has these names, as a person would tell them apart: by age and team where those differ."""
    found: dict[str, set[tuple[int | None, str | None]]] = defaultdict(set)
    shown: dict[str, str] = {}
    for name in names:
        key = shown.setdefault(normalize(name), name)
        found[key] |= {(s.entry.age or s.entry.birth_year, s.entry.team) for s in printed[name] if s.leg is None}
    return sorted(
        f"{name} ({', '.join(str(part) for part in person if part is not None)})".removesuffix(" ()")
        for name in shown.values()
        for person in found[name] or {(None, None)}
    )


def _swim_entry(name: str, swim: Swim) -> SwimEntry:
    fields = {field: getattr(swim.entry, field) for field in SwimEntry.model_fields if field != "relay_leg"}
    return SwimEntry(**{**fields, "swimmer_name": name, "relay_leg": swim.leg})


def _about_sheet(sheet: Sheet, swimmer: str) -> Iterator[Warning]:
    """The sheet's own warnings; of the lines not understood those that may be the swimmer's, and how many others."""
    wanted = set(normalize(swimmer).split())
    others = []
    for warning in sheet.warnings:
        if warning.code not in _LINE_CODES or wanted <= set(normalize(warning.line or "").split()):
            yield warning
        else:
            others.append(warning)
    if others:
        yield Warning(
            code="unread_lines",
            message=f"{len(others)} other lines among the entries were not understood; the first is on this page.",
            page=others[0].page,
        )


def _several(people: list[str], names: list[str], *, is_exact: bool) -> Warning:
    if is_exact:
        code, sentence = "same_name", "Several swimmers have this name; the swims of all are here"
    else:
        code, sentence = "several_candidates", "Nobody has exactly this name, and several could be meant; ask for one"
    return Warning(code=code, message=f"{sentence}: {'; '.join(people)}.", names=tuple(sorted(names)))


def _not_found(swimmer: str, printed: Iterable[str]) -> Warning:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - the children that read PDFs import this package, not this

    names = {name: normalize(name) for name in printed}
    near = process.extract(
        normalize(swimmer), names, scorer=fuzz.token_sort_ratio, limit=_NEAR_NAMES, score_cutoff=_NEAR_ENOUGH
    )
    return Warning(
        code="not_found",
        message=f"{swimmer} is not in this sheet." + (" Near names are listed." if near else ""),
        names=tuple(name for _, _, name in near),
    )
