from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.short_names import short_name


@pytest.mark.parametrize(
    ("printed", "short"),
    [
        ("Girls 11-12 100 LC Meter Freestyle", "100 Free"),
        ("Boys 8 & Under 25 SC Meter Butterfly", "25 Fly"),
        ("Boys 10 & Under 100 LC Meter Butter\u03d0ly", "100 Fly"),
        ("Women 25-29 50 Yard Back", "50 Back"),
        ("Girls / Boys 13-14 800 Free", "800 Free"),
        ("...(Girls 13 & Over 400 LC Meter IM)", "400 IM"),
        ("Boys 200 Individual Medley", "200 IM"),
        ("Mixed 200 LC Meter Medley Relay", "200 Medley Relay"),
        ("100 FREESTYLE", "100 Free"),
        ("50m Breaststroke", "50 Breast"),
        ("1500m Freistil weiblich", "1500 Freistil"),
        ("50m Rücken männlich (Vorlauf)", "50 Rücken"),
        ("50m Ru\u0308cken weiblich", "50 Rücken"),
        ("4x50m Freistil mixed", "4x50 Freistil"),
        ("4 x 50 m Lagenstaffel", "4x50 Lagenstaffel"),
        ("Bayanlar, 100m Sırtüstü 15 yaş ve büyükler", "100 Sırtüstü"),  # noqa: RUF001 - Turkish
        ("100m Libre Femenino", "100 Libre"),
        ("200 metros estilos masculino", "200 estilos"),
        ("100 Nage Libre Dames", "100 Nage Libre"),
        ("200 4 Nages Messieurs", "200 4 Nages"),
        ("100 Stile Libero Femmine", "100 Stile Libero"),
        ("50m Livres Feminino", "50 Livres"),
        ("gemengd, 4 x 100m wisselslag", "4x100 wisselslag"),
        ("100m vrije  slag dames", "100 vrije slag"),
    ],
)
def test_an_event_is_called_what_swimmers_call_it(printed: str, short: str) -> None:
    assert short_name(printed) == short


@pytest.mark.parametrize(
    "printed",
    [
        "50 Free Kick",
        "50m Brust Beine",
        "100 Free Time Trial",
        "100 Free / 100 Back",
        "Relay 200 Free",
        "Women 1,500 Free",
        "10 Free",
        "Diving 1 m",
        "/ 22",
        "4 x 50 Surprise",
        "",
    ],
)
def test_a_name_that_says_more_or_is_not_understood_stays(printed: str) -> None:
    assert short_name(printed) == printed


def test_a_name_stays_a_line() -> None:
    assert short_name("Fun\r\n race \t 1") == "Fun race 1"


@given(st.text(max_size=500))
def test_no_name_grows_or_is_lost(printed: str) -> None:
    short = short_name(printed)
    assert len(short) <= 2 * len(printed) + 1
    assert bool(short) == bool(printed.split())


@given(st.integers(0, 400), st.sampled_from(("9", "a ", "1x ", "100 ")))
def test_a_long_name_is_quick(times: int, part: str) -> None:
    assert isinstance(short_name((part * times)[:500]), str)
