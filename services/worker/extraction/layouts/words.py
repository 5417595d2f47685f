"""The words of each language that sheets are printed in, from the tables in `languages/`."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Words:
    """What one language calls the parts of a sheet; `languages/en.toml` says what each table is for.

    Words are in small letters, the longest first, so that patterns take the longest. Months and weekdays are in order.
    """

    language: str
    event: tuple[str, ...]
    heat: tuple[str, ...]
    of: tuple[str, ...]
    number: tuple[str, ...]
    continued: tuple[str, ...]
    session: tuple[str, ...]
    begins: tuple[str, ...]
    about: tuple[str, ...]
    clock: tuple[str, ...]
    heats: tuple[str, ...]
    all_clubs: tuple[str, ...]
    start_list: tuple[str, ...]
    venue: tuple[str, ...]
    lane: tuple[str, ...]
    relay: tuple[str, ...]
    open: tuple[str, ...]
    alternates: tuple[str, ...]
    scratched: tuple[str, ...]
    no_time: tuple[str, ...]
    record: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    strokes: tuple[str, ...]
    name: tuple[str, ...]
    age: tuple[str, ...]
    birth: tuple[str, ...]
    school_year: tuple[str, ...]
    team: tuple[str, ...]
    seed: tuple[str, ...]
    rank: tuple[str, ...]
    column: tuple[str, ...]
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    to: tuple[str, ...]

    def beside(self, other: Words) -> Words:
        """These words and those of a language that is printed among them: `Seri 1 of 2`."""
        if self is other:
            return self
        both = {key: _longest_first({*getattr(self, key), *getattr(other, key)}) for key in _TABLES - _IN_ORDER}
        return Words(language=self.language, months=self.months, weekdays=self.weekdays, **both)


_TABLES = {field.name for field in fields(Words)} - {"language"}
_IN_ORDER = {"months", "weekdays"}


@cache
def languages() -> tuple[Words, ...]:
    """All tables, English first. Raises ValueError for a table with a key missing or too many."""
    folder = resources.files(__package__).joinpath("languages")
    files = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    files.sort(key=lambda file: (file.name != "en.toml", file.name))
    return tuple(_table(file.name, tomllib.loads(file.read_text("utf-8"))) for file in files)


def english() -> Words:
    return languages()[0]


def spoken(texts: Iterable[str]) -> Words:
    """The language whose words begin most of these lines, English beside it; English where none do."""
    openers, votes = _openers(), Counter[int]()
    for text in texts:
        first = _WORD.match(text)
        for language in openers.get(first.group().casefold(), ()) if first else ():
            votes[language] += 1
    best = max(votes, key=lambda number: (votes[number], -number), default=0)
    return languages()[best].beside(english())


def either(words: Sequence[str]) -> str:
    """A pattern for any of these words; a blank in one stands for any run of blanks. Without words it fits nothing."""
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words) or r"(?!)"


@cache
def _openers() -> dict[str, tuple[int, ...]]:
    """Words that begin the lines of events and heats, and in which languages."""
    found: dict[str, tuple[int, ...]] = {}
    for number, words in enumerate(languages()):
        for word in {*words.event, *words.heat}:
            found[word] = (*found.get(word, ()), number)
    return found


def _table(name: str, table: dict[str, str | list[str]]) -> Words:
    language = str(table.pop("language", name))
    if table.keys() != _TABLES:
        raise ValueError(f"{name}: these keys are missing or unknown: {sorted(table.keys() ^ _TABLES)}")
    return Words(
        language=language,
        **{key: tuple(words) if key in _IN_ORDER else _longest_first(words) for key, words in table.items()},
    )


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=lambda word: (-len(word), word)))
