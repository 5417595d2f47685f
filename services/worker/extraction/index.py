from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Self

from pydantic import model_validator

from schema.model import Model
from services.worker.extraction.names import mended, normalize, other_keys, spelled_out, stands_for, unordered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: How many near names a person looks through.
_NEAR_NAMES = 5
#: Of 100; below it names have nothing but letters in common.
_NEAR_ENOUGH = 70


#: Cells one below the other, in one string: each cell ended by the only character that no text of ours has. A list of
#: a thousand strings takes a hundred times as long to parse, and most columns are not looked at.
Column = str
_END = "\0"


class Match(NamedTuple):
    """Places in `Index.names` that may be one swimmer; `how` is exact, damaged, other or order."""

    places: list[int]
    how: str


class Index(Model):
    """The names that a sheet prints, as columns of one table: a place in one is the same name in all.

    `names` as printed, `keys` normalised, `others` their further keys, one a line, `words` unordered, `swims` where
    they swim (in words that only the kept sheet understands). `mended` has the damaged ones alone, by their place.
    """

    names: Column
    keys: Column
    others: Column
    words: Column
    swims: Column
    mended: dict[int, list[str]]

    @classmethod
    def of(cls, swims: Mapping[str, str]) -> Index:
        """Of printed names and where they swim."""
        keys = [normalize(name) for name in swims]
        damaged = ((place, mended(name)) for place, name in enumerate(swims))
        return cls.model_construct(
            names=_column(swims),
            keys=_column(keys),
            others=_column("\n".join(other_keys(name, key)) for name, key in zip(swims, keys, strict=True)),
            words=_column(map(unordered, keys)),
            swims=_column(swims.values()),
            mended={place: list(meant) for place, meant in damaged if meant},
        )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        count = self.names.count(_END)
        if any(column.count(_END) != count for column in (self.keys, self.others, self.words, self.swims)):
            raise ValueError("the columns of the index are not of one length")
        if not all(0 <= place < count for place in self.mended):
            raise ValueError("a damaged name has no place in the index")
        return self

    @cached_property
    def _names(self) -> list[str]:
        return _cells(self.names)

    @cached_property
    def _keys(self) -> list[str]:
        return _cells(self.keys)

    @cached_property
    def _words(self) -> list[str]:
        return _cells(self.words)

    @cached_property
    def _swims(self) -> list[str]:
        return _cells(self.swims)

    def swims_of(self, places: Iterable[int]) -> Iterator[tuple[str, str]]:
        """Each swim with the name as printed."""
        return ((swim, self._names[place]) for place in places for swim in self._swims[place].split())

    def match(self, swimmer: str) -> Match:
        """Who may be this swimmer, by the first of four readings that anybody fits; no places if none does."""
        wanted = normalize(swimmer)
        if exact := self._with_key(wanted):
            return Match(exact, "exact")
        spellings = {wanted, normalize(spelled_out(swimmer))}
        if damaged := [
            place
            for place, gapped in self.mended.items()
            if any(stands_for(one, key) for one in gapped for key in spellings)
        ]:
            return Match(damaged, "damaged")
        if other := {place for key in spellings for place in (*self._with_key(key), *self._with_other_key(key))}:
            return Match(sorted(other), "other")
        return Match(self._in_another_order(wanted), "order")

    def _with_key(self, wanted: str) -> list[int]:
        if f"{wanted}{_END}" not in self.keys:
            return []
        return [place for place, key in enumerate(self._keys) if key == wanted]

    def _with_other_key(self, wanted: str) -> list[int]:
        if wanted not in self.others:
            return []
        return [place for place, keys in enumerate(_cells(self.others)) if wanted in keys.split("\n")]

    def near(self, swimmer: str) -> list[str]:
        """Printed names like this one, the likest first."""
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - the children that read PDFs import this package, not this

        near = process.extract(
            unordered(normalize(swimmer)), self._words, scorer=fuzz.ratio, limit=_NEAR_NAMES, score_cutoff=_NEAR_ENOUGH
        )
        return [self._names[place] for _, _, place in near]

    def _in_another_order(self, wanted: str) -> list[int]:
        """`Last First` without a comma; an initial that was asked for must be there."""
        words, everything = unordered(wanted), sorted(wanted.split())
        if f"{words}{_END}" not in self.words:
            return []
        return [
            place
            for place, printed in enumerate(self._words)
            if printed == words and (everything == words.split() or everything == sorted(self._keys[place].split()))
        ]


def _column(cells: Iterable[str]) -> Column:
    return "".join([f"{cell}{_END}" for cell in cells])


def _cells(column: Column) -> list[str]:
    return column.split(_END)[:-1]
