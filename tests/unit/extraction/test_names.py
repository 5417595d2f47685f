from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.worker.extraction.names import MAX_KEY, damaged_pattern, normalize, without_initials


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maya Lindqvist", "Lindqvist, Maya"),
        ("maya LINDQVIST", "Lindqvist,Maya"),
        ("  Maya   Lindqvist ", "LINDQVIST, MAYA"),
        ("Zélie Mørkved", "Morkved, Zelie"),
        ("So\u03d0ia Åsgrenne", "Asgrenne, Sofia"),
        ("\u0131rmak Da\u011flar", "Daglar, Irmak"),
        ("İnci Alva", "Inci Alva"),
        ("Odile O'Marrow", "O\u2019Marrow, Odile"),
        ("Odile O'Marrow", "OMarrow, Odile"),
        ("Uno Lark-Hollin", "Lark Hollin, Uno"),
        ("Lea- Marie Nord", "Nord, Lea-Marie"),
        ("Jhoe\u0308 Nord", "Jhoë Nord"),
        ("Isla *", "Isla"),
        ("Groß, Jan", "Jan Gross"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert normalize(one) == normalize(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kim, Lee", "Lee, Kim"),
        ("Nord, Ada", "Nord, Ada B"),
        ("Nord, Ada", "Nord, Adam"),
        ("Nord, Ada", "Nordh, Ada"),
    ],
)
def test_names_that_stay_apart(one: str, other: str) -> None:
    assert normalize(one) != normalize(other)


@given(st.text(min_size=1, max_size=600).filter(lambda name: bool(name.strip())))
def test_a_key_is_short_stable_and_never_empty(name: str) -> None:
    key = normalize(name)

    assert 0 < len(key) <= MAX_KEY
    assert normalize(key) == key or len(key) == MAX_KEY or not any(c.isalnum() for c in key)


def test_long_names_stay_apart() -> None:
    assert normalize("a" * 300 + " b") != normalize("a" * 300 + " c")


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("Nord, Ada B", "ada nord"),
        ("Nord, Ada Bea C D", "ada bea nord"),
        ('Nord, Ada "addie" B', "ada nord"),
        ("Nord, A B", "a nord"),
        ("Ada B Nord", "ada nord"),
        ("Nord, Ada", "ada nord"),
    ],
)
def test_names_without_their_initials(printed: str, key: str) -> None:
    assert without_initials(printed) == key


@pytest.mark.parametrize(
    ("printed", "meant"),
    [("Nord, Jhoeë B", "Jhoë B Nord"), ("Nord, Re?ut", "Nord, Re'ut"), ("Gri\ufffdn, Ada", "Ada Griffin")],
)
def test_damaged_names(printed: str, meant: str) -> None:
    pattern = damaged_pattern(printed)

    assert pattern is not None
    assert pattern.fullmatch(normalize(meant))
    assert not pattern.fullmatch(normalize("Ada Nord"))


@pytest.mark.parametrize("name", ["Nord, Zoë", "Nord, Zoé-Marie", "Nord, Aaron"])
def test_names_without_damage(name: str) -> None:
    assert damaged_pattern(name) is None
