"""What one language calls things, and people and clubs of it that do not exist: one file of `nations` each."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.samples.people import Swimmer

if TYPE_CHECKING:
    import datetime as dt
    from random import Random

_FILES = Path(__file__).parent / "nations"
#: Of 100 swimmers drawn, so many have a namesake, and so many a namesake but for an initial.
_NAMESAKES, _NEAR_NAMESAKES = 3, 4


@dataclass(frozen=True)
class Nation:
    """`genders` are of girls, boys and both; `ages` are from, from and to, and one age; `dates` is a format of `d`.

    `splash`, `national` and `hytek` are those families' wordings, `codes` those of clubs where sheets print no names.
    """

    language: str
    girls: list[str]
    boys: list[str]
    last: list[str]
    clubs: list[str]
    meets: list[str]
    places: list[str]
    genders: list[str]
    strokes: list[str]
    ages: list[str]
    dates: str
    months: list[str]
    weekdays: list[str]
    splash: dict[str, str] = field(default_factory=dict)
    national: dict[str, str | list[str]] = field(default_factory=dict)
    hytek: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)

    def day(self, day: dt.date) -> str:
        return self.dates.format(d=day)

    def capitals(self, text: str) -> str:
        return (text.replace("i", "İ") if self.language == "tr" else text).upper()

    def squad(self, random: Random, size: int) -> list[Swimmer]:
        """Girls and boys of 8 to 17 years; a few share their name with another, or all of it but an initial."""
        squad: list[Swimmer] = []
        while len(squad) < size:
            swimmer = self._swimmer(random)
            squad.append(swimmer)
            chance = random.randrange(100)
            if chance < _NAMESAKES + _NEAR_NAMESAKES:
                initial = swimmer.initial if chance < _NAMESAKES else random.choice("CEJZ")
                squad.append(self._swimmer(random, swimmer.first, swimmer.last, initial, is_girl=swimmer.is_girl))
        return squad

    def _swimmer(
        self, random: Random, first: str = "", last: str = "", initial: str = "", *, is_girl: bool | None = None
    ) -> Swimmer:
        is_girl = random.random() < 0.5 if is_girl is None else is_girl
        return Swimmer(
            first=first or random.choice(self.girls if is_girl else self.boys),
            last=last or random.choice(self.last),
            initial=initial,
            is_girl=is_girl,
            age=random.randint(8, 17),
            team=random.choice(self.clubs),
        )


@cache
def nation(language: str) -> Nation:
    """The nation of a language: `de`, `en`, `es`, `fr`, `it`, `nl`, `pt`, `tr` or `us`."""
    return Nation(language, **tomllib.loads((_FILES / f"{language}.toml").read_text(encoding="utf-8")))
