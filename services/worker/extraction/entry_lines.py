"""Entries as lines of JSON: one for what the entries of a heat have in common, then one for each with its own.

An entry's line begins with how many bytes before it the line of its heat begins, so each can be read by itself.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

import orjson
from pydantic import TypeAdapter

from schema.extraction import SheetEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

_DEFAULTS = {name: field.get_default() for name, field in SheetEntry.model_fields.items()}
_COMMON = (
    "session",
    "session_date",
    "event_number",
    "event_name",
    "round",
    "heat_number",
    "heat_count",
    "heat_start_time",
    "heat_start_estimated",
    "swum_before_seconds",
    "page",
)
_OWN = tuple(name for name in _DEFAULTS if name not in _COMMON)
_common, _own = attrgetter(*_COMMON), attrgetter(*_OWN)
_COMMON_DEFAULTS, _OWN_DEFAULTS = (tuple(_DEFAULTS[name] for name in names) for names in (_COMMON, _OWN))
#: In bytes; each of the texts has 500 characters at most. Many entries share such a line, so it must not take long.
_LONGEST_COMMON = 32_000
_ENTRIES = TypeAdapter(tuple[SheetEntry, ...])


def write(entries: Iterable[SheetEntry]) -> tuple[list[bytes], list[int]]:
    """The lines, and where the line of each entry begins once all are joined, each ended."""
    lines: list[bytes] = []
    starts: list[int] = []
    offset = heat_offset = 0
    last: tuple[Any, ...] | None = None
    for entry in entries:
        common = _common(entry)
        if common != last:
            last, heat_offset = common, offset
            lines.append(_said(_COMMON, common, _COMMON_DEFAULTS))
            offset += len(lines[-1]) + 1
        starts.append(offset)
        lines.append(b"%d%b" % (offset - heat_offset, _said(_OWN, _own(entry), _OWN_DEFAULTS)))
        offset += len(lines[-1]) + 1
    return lines, starts


def read(document: bytes, start: int, first: int) -> SheetEntry:
    """The entry whose line begins at `start`; lines begin at `first`. Raises ValueError and TypeError if it is none."""
    back, brace, own = _line(document, start, first, len(document)).partition(b"{")
    common = _line(document, start - int(back), first, _LONGEST_COMMON)
    return SheetEntry.model_validate({**orjson.loads(common), **orjson.loads(brace + own)})


def read_all(lines: Iterable[bytes]) -> tuple[SheetEntry, ...]:
    """Raises ValueError and TypeError where a line is none."""
    entries: list[dict[str, Any]] = []
    common: dict[str, Any] = {}
    for line in lines:
        _, brace, own = line.partition(b"{")
        said = orjson.loads(brace + own)
        if line.startswith(b"{"):
            common = said
        else:
            entries.append({**common, **said})
    return _ENTRIES.validate_python(entries)


def _said(names: tuple[str, ...], values: tuple[Any, ...], defaults: tuple[Any, ...]) -> bytes:
    said = zip(names, values, defaults, strict=True)
    return orjson.dumps({name: value for name, value, default in said if value != default})


def _line(document: bytes, start: int, first: int, longest: int) -> bytes:
    """Nothing but a whole line: otherwise one line could pass for many entries."""
    end = document.find(b"\n", start, start + longest)
    if start < first or document[start - 1 : start] != b"\n" or end < 0:
        raise ValueError("there is no line")
    return document[start:end]
