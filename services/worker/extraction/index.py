from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple, Self

from pydantic import PlainSerializer, PlainValidator, model_validator

from schema.model import Model
from services.worker.extraction.names import mended, normalize, other_keys, spelled_out, stands_for, unordered

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How many near names a person looks through.
_NEAR_NAMES = 5
#: Of 100; below it names have nothing but letters in common.
_NEAR_ENOUGH = 70


def _split(cells: object) -> list[str]:
    if not isinstance(cells, str):
        raise ValueError("a column is a string")  # noqa: TRY004 - what pydantic takes for a wrong value
    return cells.split("\0")[:-1]


#: Cells one below the other. One string in JSON, each cell ended by the only character that no text of ours has: a list
#: of a thousand strings takes a hundred times as long to parse.
Column = Annotated[
    list[str], PlainValidator(_split), PlainSerializer(lambda cells: "".join([f"{cell}\0" for cell in cells]))
]


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
        names = list(swims)
        keys = [normalize(name) for name in names]
        damaged = ((place, mended(name)) for place, name in enumerate(names))
        return cls.model_construct(
            names=names,
            keys=keys,
            others=["\n".join(other_keys(name, key)) for name, key in zip(names, keys, strict=True)],
            words=[unordered(key) for key in keys],
            swims=list(swims.values()),
            mended={place: list(meant) for place, meant in damaged if meant},
        )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        count = len(self.names)
        if not count == len(self.keys) == len(self.others) == len(self.words) == len(self.swims):
            raise ValueError("the columns of the index are not of one length")
        if not all(0 <= place < count for place in self.mended):
            raise ValueError("a damaged name has no place in the index")
        return self

    def match(self, swimmer: str) -> Match:
        """Who may be this swimmer, by the first of four readings that anybody fits; no places if none does."""
        wanted = normalize(swimmer)
        if exact := [place for place, key in enumerate(self.keys) if key == wanted]:
            return Match(exact, "exact")
        spellings = {wanted, normalize(spelled_out(swimmer))}
        if damaged := [
            place
            for place, gapped in self.mended.items()
            if any(stands_for(one, key) for one in gapped for key in spellings)
        ]:
            return Match(damaged, "damaged")
        if other := [
            place
            for place, keys in enumerate(self.others)
            if any(key in keys and key in keys.split("\n") for key in spellings) or self.keys[place] in spellings
        ]:
            return Match(other, "other")
        return Match(self._in_another_order(wanted), "order")

    def near(self, swimmer: str) -> list[str]:
        """Printed names like this one, the likest first."""
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - the children that read PDFs import this package, not this

        near = process.extract(
            unordered(normalize(swimmer)), self.words, scorer=fuzz.ratio, limit=_NEAR_NAMES, score_cutoff=_NEAR_ENOUGH
        )
        return [self.names[place] for _, _, place in near]

    def _in_another_order(self, wanted: str) -> list[int]:
        """`Last First` without a comma; an initial that was asked for must be there."""
        words, everything = unordered(wanted), sorted(wanted.split())
        return [
            place
            for place, printed in enumerate(self.words)
            if printed == words and (everything == words.split() or everything == sorted(self.keys[place].split()))
        ]
