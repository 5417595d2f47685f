"""A Meldeergebnis of EasyWk: clubs and totals first, then sessions with their order of events, then the heats."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from schema.extraction import Kind
from tests.samples.drawing import Drawing
from tests.samples.paper import Line, row, text
from tests.samples.truth import Spot

if TYPE_CHECKING:
    import datetime as dt

    from tests.samples.meet import Event, Place, Session
    from tests.samples.programme import Race

_BANNER = text('erzeugt mit "EasyWk" - www.easywk.de', size=6)


class EasyWk(Drawing):
    @property
    def counts(self) -> bool:
        """Some versions print an event's heats in each heat's line, some don't."""
        return self.plan.seed % 2 == 0

    def name(self, race: Race) -> tuple[str, ...]:
        distance = f"4x{race.distance}m" if race.is_relay else f"{race.distance}m"
        gender = self.nation.genders[race.gender]
        return (f"{distance} {self.nation.strokes[race.stroke]} {gender}", *["(Vorlauf)"] * race.is_preliminary)

    def called(self, number: int, day: dt.date) -> str:
        return f"Abschnitt {number} - {self.nation.weekdays[day.weekday()]} {self.nation.day(day)}"

    def head(self, page: int) -> list[Line]:
        if page > 1:
            title = row((40, self.meet), end=(555, f"Seite {page - 1}"))
            return [_BANNER, title, text("http://wiesbrueck.example", size=7)]
        first, last = self.nation.day(self.plan.first_day), self.nation.day(self.plan.last_day)
        return [
            text("Meldeergebnis", 220, bold=True, size=20),
            text(f"vom {first} bis {last}" if first != last else f"am {first}", 220),
            text("Wettkampfbecken", 60, bold=True),
            text("Veranstalter: SV 1911 Seerose Wiesbrück", 60),
            text(f"{len(self.plan.lanes)} Bahnen á 25m", 60),
            text("Wassertemperatur ca. 27°C", 60),
            text("Stand: 12.03.2026, 21:14:09 Uhr erzeugt mit EasyWk", 60),
            text("Schwimmbad-Adresse", 60, bold=True),
            text(self.place, 60),
            text("Am Weiher 4", 60),
            text("09999 Wiesbrück", 60),
        ]

    def front(self) -> None:
        """Clubs with their numbers of swimmers, and of entries and relays a session; withdrawn entries count too."""
        clubs = sorted({place.team for session in self.sessions for _, place in _places(session)})
        self.paper.turn()
        self.paper.turn()
        parts = [f"Abs.{session.number}" for session in self.sessions]
        columns = row((40, "Verein"), (220, "DSV-Id"), (270, "Teilnehmer"), *_across(parts), (520, "Gesamt"))
        self.paper.print(text("Anzahl Meldungen", bold=True))
        self.paper.print(text("Teilnehmer: weiblich/männlich Meldungen: Einzel/Staffel"))
        self.paper.print(text("Schwimmverband Seenland (LSV-Nr.: 12)", bold=True), columns)
        for index, club in enumerate(clubs):
            self._count(club, str(3301 + index), {club})
        self._count("Gesamt für den Verband", "", set(clubs))
        self.paper.print(text("Gesamtzahl der Meldungen", bold=True), columns)
        self._count("Alle Vereine", "", set(clubs))

    def _count(self, label: str, number: str, clubs: set[str]) -> None:
        entered = [[(e, place) for e, place in _places(session) if place.team in clubs] for session in self.sessions]
        each = [Counter(event.is_relay for event, _ in session) for session in entered]
        swimmers = {who for session in entered for _, place in session for who in place.who}
        girls = sum(who.is_girl for who in swimmers)
        total = sum(each, Counter[bool]())
        total[False] += self.plan.miscount
        parts = [f"{part[False]}/ {part[True]}" for part in (*each, total)]
        people = f"{girls}/ {len(swimmers) - girls}"
        self.paper.print(row((40, label), (220, number), (270, people), *_across(parts[:-1]), (520, parts[-1])))

    def session(self, session: Session) -> None:
        paper = self.paper
        paper.turn()
        paper.print(text(session.name, bold=True, size=11))
        paper.print(text(" Einlass: 07:45 Uhr | Einschwimmen: 07:45 Uhr | Kampfrichtersitzung: 08:15 Uhr", 43))
        paper.print(text(f" Beginn: {session.events[0].start} Uhr", 43))
        paper.print(text(f"Wettkampffolge für Abschnitt {session.number}", bold=True))
        finals = [f"Wettkampf {final}" for event in session.events for final in _finals(event)]
        for event in session.events:
            heats = f" ({len(event.heats)} {'Läufe' if len(event.heats) > 1 else 'Lauf'})" if event.heats else ""
            starts = f"{heats} (ca. {event.start} Uhr)"
            paper.print(row((43, f"Wettkampf {event.number} - {event.name}"), (330, starts)))
        if finals:
            paper.print(text("Pause --- 30 Minuten Pause ---", 43), *(text(final, 43) for final in finals))
        paper.print(text("Abschnittsende (ca. 12:51 Uhr)", 43))
        for event in session.events:
            self._event(session, event)
        if finals:
            paper.room(1 + len(finals))
            paper.print(text("Pause und Einschwimmen zu den Finalläufen"))
            paper.print(*(text(final, bold=True) for final in finals))

    def _event(self, session: Session, event: Event) -> None:
        columns = ((85, _people(event)), (250, "Jg."), (300, "Verein"), (500, "Meldezeit"))
        self.paper.room(4)
        self.paper.print(text(f"Wettkampf {event.number} - {event.name}", bold=True))
        for place in event.scratched:
            self._room(event, 1)
            self._row(Spot(session, event, None, place), "abgem.", Kind.SCRATCHED)
        if event.listed:
            self.paper.print(row((40, "Nr."), *columns))
        for place in event.listed:
            self._room(event, 1)
            self._row(Spot(session, event, None, place), f"{place.number}.", Kind.UNSEEDED)
        for heat in event.heats:
            self._room(event, 2 + len(heat.places))
            count = f"/{len(event.heats)}" if self.counts else ""
            self.paper.print(text(f"Lauf {heat.number}{count} (ca. {heat.start} Uhr)"), row((40, "Bahn"), *columns))
            for place in heat.places:
                if place.team:
                    kind = Kind.RELAY if event.is_relay else Kind.INDIVIDUAL
                    self._row(Spot(session, event, heat, place), f"Bahn {place.number}", kind)

    def _room(self, event: Event, lines: int) -> None:
        if self.paper.room(lines):
            self.paper.print(text(f"noch Wettkampf {event.number} - {event.name}", bold=True))

    def _row(self, spot: Spot, first: str, kind: Kind) -> None:
        event, place, seed = spot.event, spot.place, _seed(spot.place.seed)
        year: int | None = self.plan.first_day.year - place.who[0].age
        which, printed, team = place.who[0].printed, str(year), place.team
        if event.is_relay:
            number = "ABC".index(place.letter) + 1
            which = f"{number}. Mannschaft{' (X)' * event.is_mixed}" if self.plan.seed % 3 else f"{number} {team}"
            team = f"{team} {number}"
            year, printed = None, printed if place.number % 3 else "Offen"
        cells = ((40, first), (85, which), (250, printed), (300, place.team))
        self.paper.print(row(*cells, end=(550, seed)))
        heats = len(event.heats) if spot.heat and self.counts else None
        told = {"kind": kind, "heat_count": heats, "age": None, "birth_year": year, "team": team, "seed_time": seed}
        self.tell(spot, **told, legs=())


def _finals(event: Event) -> tuple[str, ...]:
    """Headings of finals, printed before anybody is in them."""
    number, race = int(event.number), event.parts[0]
    if not event.is_preliminary:
        return ()
    return f"{100 + number} - {race} (B-Finale)", f"{200 + number} - {race} (A-Finale)"


def _places(session: Session) -> list[tuple[Event, Place]]:
    found = []
    for event in session.events:
        swum = [place for heat in event.heats for place in heat.places if place.team]
        found += [(event, place) for place in (*event.scratched, *event.listed, *swum)]
    return found


def _across(texts: list[str]) -> list[tuple[float, str]]:
    return [(340 + 30 * index, text) for index, text in enumerate(texts)]


def _people(event: Event) -> str:
    return "Mannschaft" if event.is_relay else "Schwimmer" + "in" * event.name.count("weiblich")


def _seed(seed: str) -> str:
    """`1:02.31` as `01:02,31`; without a time all figures are noughts."""
    if seed == "NT":
        return "00:00,00"
    minutes, _, seconds = seed.rpartition(":")
    return f"{minutes or '0':0>2}:{seconds.replace('.', ','):0>5}"
