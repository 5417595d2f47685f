"""Every family of sheets that is drawn, by its name; a seed gives the sheet."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from tests.samples.easywk import EasyWk
from tests.samples.html_made import HtmlMade
from tests.samples.hytek import sample as hytek
from tests.samples.meet import Options
from tests.samples.national import Colombian, National
from tests.samples.one_column import OneColumn
from tests.samples.programme import Plan
from tests.samples.session_report import session_report
from tests.samples.splash import Splash
from tests.samples.teamunify import TeamUnify

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.samples.drawing import Drawing
    from tests.samples.truth import Sample

#: Days that both orders of day and month could mean, and one whose meet goes over the end of a month.
_FIRST_DAYS = (dt.date(2026, 3, 14), dt.date(2026, 2, 27), dt.date(2026, 5, 8), dt.date(2025, 12, 6))
_LANES = ((1, 2, 3, 4, 5, 6, 7, 8), (1, 2, 3, 4), (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 4, 5, 6))


def _drawn(family: type[Drawing], language: str, *, is_one_day: bool = False) -> Callable[[int], Sample]:
    def draw(seed: int) -> Sample:
        plan = _plan(seed, language)
        return family(replace(plan, days=1, sessions=1) if is_one_day else plan).drawn()

    return draw


def _plan(seed: int, language: str) -> Plan:
    random = Random(seed)  # noqa: S311 - the same sheet each time
    return Plan(
        seed,
        language,
        first_day=random.choice(_FIRST_DAYS),
        days=random.randint(1, 3),
        sessions=random.randint(1, 2),
        events=random.randint(1, 7),
        heats=random.randint(1, 4),
        first_number=random.choice((1, 1, 101)),
        lanes=random.choice(_LANES),
    )


def _hytek(**flags: Any) -> Callable[[int], Sample]:  # noqa: ANN401 - any of the options
    return lambda seed: hytek(Options(seed, **{"columns": 1 + seed % 3, "days": 1 + seed % 2, **flags}))


def _abroad(language: str, **flags: Any) -> Callable[[int], Sample]:  # noqa: ANN401 - any of the options
    return _hytek(language=language, dates="day-first", first_day=dt.date(2026, 7, 18), records=False, **flags)


FAMILIES: dict[str, Callable[[int], Sample]] = {
    "easywk": _drawn(EasyWk, "de"),
    **{f"splash-{language}": _drawn(Splash, language) for language in ("tr", "en", "de", "es", "fr", "it", "pt", "nl")},
    **{f"national-{language}": _drawn(National, language) for language in ("es", "fr", "it", "pt", "nl")},
    "national-colombian": _drawn(Colombian, "es"),
    "hytek-combined": _hytek(events=14, combined=True, interleaved=True, relays=False),
    "hytek-starts": _hytek(start_times=True, warm_up=" - warmup from 7.30am", distances=(50, 100), course="SC Meter"),
    "hytek-swim-offs": _hytek(swim_offs=True, course="Yard", alternates=True),
    "hytek-ranks": _hytek(ranks=True, suffixes=True, broken_heats=True),
    "hytek-glued": _hytek(glued=True, long_names=True, hash_headings=True),
    "hytek-reprinted": _hytek(reprinted=True, unseeded=True),
    "hytek-exhibitions": _hytek(exhibitions=True, mixed=True),
    "hytek-holders": _hytek(holders=True, records=False, deferred=True, dates="words"),
    "hytek-ageless": _hytek(ages=False, relays=False, codes=False),
    "hytek-split": _hytek(split=True, heats=6),
    "hytek-psych": _hytek(psych=True, dates="iso"),
    "hytek-es": _abroad("es", course="LC Metro", name="Copa Bahía Serena", place="Piscina Los Juncos"),
    "hytek-fr": _abroad("fr", course="GB Mètre", name="Coupe Clairvivier", place="Bassin de Noirsable"),
    "hytek-pt": _abroad("pt", course="PL Metros", name="Taça Lagoa Azul", place="Parque Aquático Gaivotal"),
    "hytek-metric": _hytek(course="SC Meter", silent_lanes=True, dates="day-first", days=2),
    "session-report": lambda seed: session_report(Options(seed, events=12, days=1 + seed % 3, unseeded=seed % 3 == 0)),
    "one-column": _drawn(OneColumn, "us", is_one_day=True),
    "teamunify": _drawn(TeamUnify, "us"),
    "html-made": _drawn(HtmlMade, "us", is_one_day=True),
}
