"""Swimmers and clubs that do not exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIRLS = _words(
    "Ada Alva Bea Britt Cleo Dagny Edda Elin Elspeth Fenja Gerda Greta Hedda Ilsa Ines Jonna Juna Kaia Kerstin Lova "
    "Malin Mette Mira Nadia Nora Odile Oona Petra Ragna Runa Saga Signe Svea Tilda Tova Ulla Vera Wilma Ylva Zélie"
)
BOYS = _words(
    "Aksel Anders Arvid Bastian Bo Casper Dag Edvin Eskil Fabian Frode Gunnar Halvor Henning Ivo Jarl Joakim Kasper "
    "Keld Lars Leif Magnus Mats Nils Odin Olaf Per Rasmus Rune Sander Sixten Sten Sven Tage Thor Torben Uno Vidar Yngve"
)
LAST = _words(
    "Aldersey Bakkerud Barrowclough Brackenfell Brandvold Cairnduff Dalgarno Dunmorrow Eikeland Elvestrom Fairbourne "
    "Fennimarsh Gladwyn Greenhalge Haldorsen Hammarlund Hollowbrook Ingebret Jorvald Kettlewick Kirkbride Larkspurn "
    "Lindmarker Lockharrow Marlowend Mossgrave Nordhavn Nyquister Oakenfold Oxenbury Pennywhistle Quillfeather "
    "Ravensholm Rookhope Sandvoller Skarsgren Stormcrow Thistlewood Tornquister Underfjell Vasterling Wexmoor "
    "Winterbourne Ystrander Zetterquill O'Marrow D'Arvelle Lark-Hollin Brook-Marlowe Mørkved Åsgrenne Van-der-Holm"
)
LONG_LAST = ("Featherstonehaugh-Marl", "Brackenthwaite Eskdale", "Castellane Montreuille")
CODES = ("HARB-XA", "TIDE-XA", "PIKE-XB", "OTTR-XB", "WAVE-XA", "UN-01-XA", "GULL-XC", "REEF-XC")
CLUBS = (
    "Harbour City Swi",
    "Otters",
    "Tidewater",
    "Northern Lights ",
    "Pike River Aquat",
    "SV 1919 Seeheim",
    "Gulls",
    "Reef & Rock Swim",
)


@dataclass(frozen=True)
class Swimmer:
    first: str
    last: str
    initial: str
    is_girl: bool
    age: int
    team: str

    @property
    def printed(self) -> str:
        return f"{self.last}, {self.first} {self.initial}".strip()


def squad(random: Random, size: int, *, codes: bool, long_names: bool) -> list[Swimmer]:
    """Swimmers with different names, girls and boys, 8 to 18 years old."""
    teams = [club.strip() for club in (CODES if codes else CLUBS)]
    found: dict[str, Swimmer] = {}
    while len(found) < size:
        is_girl = random.random() < 0.5
        swimmer = Swimmer(
            first=random.choice(GIRLS if is_girl else BOYS),
            last=random.choice(LONG_LAST) if long_names and random.random() < 0.05 else random.choice(LAST),
            initial=random.choice("ABCDEFGHJKLMNPRSTW") if random.random() < 0.6 else "",
            is_girl=is_girl,
            age=random.randint(8, 18),
            team=random.choice(teams),
        )
        found.setdefault(swimmer.printed, swimmer)
    return list(found.values())
