from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, Self

import orjson

from schema.errors import HeatstreamError
from schema.extraction import Meet, Sheet, Warning  # noqa: A004 - as in its home
from schema.model import Count, Model
from services.worker.extraction import entry_lines
from services.worker.extraction.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schema.extraction import SheetEntry

_MOST_LEGS = 20


class Damaged(HeatstreamError):
    """A kept sheet is not as it was written: its bytes suffered, or a PDF had taken over the child that wrote it."""


class Swim(NamedTuple):
    """An entry as one person's: `name` as printed, `leg` counts from 1 in a relay."""

    name: str
    entry: SheetEntry
    leg: int | None


class _Head(Model):
    """The first line of a kept sheet: all but its entries, of which it says where each name swims."""

    meet: Meet
    warnings: tuple[Warning, ...]
    entries: Count
    index: Index


def legs(entry: SheetEntry) -> Iterator[tuple[int, str]]:
    """The legs that have a name, counted from 1, as far as a swim can say."""
    return ((leg, name) for leg, name in enumerate(entry.legs[:_MOST_LEGS], start=1) if name)


def pack(sheet: Sheet) -> bytes:
    """The kept form of a sheet: its head, then the lines of its entries; none says what is not so."""
    lines, starts = entry_lines.write(sheet.entries)
    swims: dict[str, list[str]] = defaultdict(list)
    for entry, offset in zip(sheet.entries, starts, strict=True):
        if entry.swimmer_name:
            swims[entry.swimmer_name].append(f"{offset}")
        for leg, name in legs(entry):
            swims[name].append(f"{offset}/{leg}")
    head = _Head.model_construct(
        meet=Meet.model_construct(**{field: getattr(sheet, field) for field in Meet.model_fields}),
        warnings=sheet.warnings,
        entries=len(starts),
        index=Index.of({name: " ".join(places) for name, places in swims.items()}),
    )
    return b"\n".join((head.model_dump_json(exclude_defaults=True).encode(), *lines, b""))


class KeptSheet:
    """A sheet that was read once, ready for look-ups: a search parses the head and the entries that it finds.

    Opening one that is not whole raises Damaged, and so may any use: entries are checked when they are looked at.
    """

    def __init__(self, document: bytes) -> None:
        self.document = document
        end = document.find(b"\n")
        try:
            head = _Head.model_validate(orjson.loads(document[: max(end, 0)]))
        except ValueError as wrong:  # of either library
            raise Damaged("this reading of a sheet is not whole: its head is none") from wrong
        self.meet, self.warnings, self.index = head.meet, head.warnings, head.index
        self._entries, self._body = head.entries, end + 1

    @classmethod
    def of(cls, sheet: Sheet) -> Self:
        return cls(pack(sheet))

    @property
    def is_report(self) -> bool:
        """Whether it is a session report or a timeline, which has no entries."""
        return not self._entries and bool(self.meet.timeline)

    def swims(self, places: Iterable[int]) -> list[Swim]:
        """The swims of those who have these places in the index, in the sheet's order."""
        try:
            named = {_place(swim): name for swim, name in self.index.swims_of(places)}
        except ValueError as wrong:
            raise Damaged("this reading of a sheet is not whole: the index is none") from wrong
        return [self._swim(*place, name) for place, name in sorted(named.items())]

    def sheet(self) -> Sheet:
        """The whole sheet; this parses all of it."""
        lines = self.document[self._body :].split(b"\n")[:-1]
        try:
            entries = entry_lines.read_all(lines)
        except (ValueError, TypeError) as wrong:
            raise Damaged("this reading of a sheet is not whole: an entry is none") from wrong
        if len(entries) != self._entries:
            raise Damaged("this reading of a sheet is not whole: entries are missing")
        return Sheet(**dict(self.meet), entries=entries, warnings=self.warnings)

    def _swim(self, offset: int, leg: int, name: str) -> Swim:
        """One entry; that it has this name in this place shows that the index speaks of this document."""
        try:
            entry = entry_lines.read(self.document, self._body + offset, self._body)
        except (ValueError, TypeError) as wrong:
            raise Damaged("this reading of a sheet is not whole: an entry is none") from wrong
        if name != (entry.swimmer_name if leg == 0 else entry.legs[leg - 1 : leg] and entry.legs[leg - 1]):
            raise Damaged("this reading of a sheet is not whole: the index is of other entries")
        return Swim(name, entry, leg or None)


def _place(swim: str) -> tuple[int, int]:
    """The offset of an entry's line behind the head, and the leg, 0 for none: `1043`, or `5512/3` in a relay."""
    offset, _, leg = swim.partition("/")
    return int(offset), int(leg or 0)
