"""The sheets under `examples/`. Maya Lindqvist swims in each."""

from __future__ import annotations

import datetime as dt

from tests.samples.meet import Options

EXAMPLES = {
    "summer-invitational": Options(
        seed=11,
        name="2026 Summer Invitational",
        place="Seaport Aquatic Center",
        first_day=dt.date(2026, 7, 10),
        days=2,
        events=21,
        heats=7,
        columns=2,
        maya=True,
        flags=True,
        alternates=True,
    ),
    "county-championships": Options(
        seed=23,
        name="County Championships",
        place="Northern Lights Natatorium",
        first_day=dt.date(2026, 7, 24),
        days=3,
        events=24,
        heats=7,
        columns=2,
        maya=True,
        unseeded=True,
        combined=True,
        suffixes=True,
        codes=False,
    ),
    "sprint-night": Options(
        seed=37,
        name="Friday Sprint Night",
        place="Gullwing Pool",
        first_day=dt.date(2026, 8, 7),
        events=20,
        distances=(50, 100),
        heats=7,
        columns=2,
        maya=True,
        mixed=True,
        start_times=True,
        records=False,
    ),
    "one-column-time-trial": Options(
        seed=41,
        name="Autumn Time Trial",
        place="Seaport Pool",
        first_day=dt.date(2026, 9, 19),
        events=11,
        heats=2,
        columns=1,
        maya=True,
        start_times=True,
    ),
    "three-column-relays": Options(
        seed=53,
        name="Relay Gala",
        place="Pike River Pool",
        first_day=dt.date(2026, 10, 3),
        events=16,
        heats=3,
        columns=3,
        maya=True,
        hash_headings=True,
        long_names=True,
    ),
}
