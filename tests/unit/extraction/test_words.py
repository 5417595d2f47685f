# ruff: noqa: RUF001 - Turkish has a dotless i
from __future__ import annotations

from pathlib import Path

import pytest

from services.worker.extraction.layouts import words
from services.worker.extraction.layouts.grammar import Grammar
from services.worker.extraction.layouts.words import Words, either, english, languages, spoken


def named(language: str) -> Words:
    return next(table for table in languages() if table.language == language)


def grammar(language: str) -> Grammar:
    return Grammar(named(language).beside(english()), day_first=True)


def test_every_file_is_a_language_and_english_is_the_first() -> None:
    files = list((Path(words.__file__).parent / "languages").glob("*.toml"))

    assert english().language == "English"
    assert len({table.language for table in languages()}) == len(files)


@pytest.mark.parametrize("table", languages(), ids=lambda table: table.language)
def test_months_and_weekdays_are_whole_and_words_are_small(table: Words) -> None:
    assert (len(table.months), len(table.weekdays)) == (12, 7)
    for key in words._TABLES:
        assert [word for word in getattr(table, key) if word != word.lower()] == []


@pytest.mark.parametrize("key", ["event", "made_up"])
def test_a_table_with_a_key_missing_or_too_many_names_the_file_and_the_key(key: str) -> None:
    whole = {name: ["x"] for name in words._TABLES}
    broken = {name: value for name, value in whole.items() if name != key} if key == "event" else whole | {key: ["x"]}

    with pytest.raises(ValueError, match=rf"xx\.toml: .*{key}"):
        words._table("xx.toml", {"language": "X", **broken})


def test_without_words_a_pattern_fits_nothing() -> None:
    assert either(()) == r"(?!)"


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (("Event 1 Girls 100 Free", "Heat 1 of 2", "Yarış"), "English"),
        (("Wettkampf 3 - 50m Rücken weiblich", "Lauf 1/16 (ca. 10:00 Uhr)"), "German"),
        (("Yarış 1 Kızlar, 100m Serbest", "Seri 1 of 17"), "Turkish"),
        (("Prueba 5 - 100m Libre Femenino", "Serie 1 de 4"), "Spanish"),
        (("Épreuve 3 - 100 Nage Libre Dames", "Série 2 sur 5"), "French"),
        (("Gara 4 - 100 Stile Libero Femmine", "Batteria 2 di 6"), "Italian"),
        (("Prova 7 - 50m Livres Feminino", "Série 1 de 3"), "Portuguese"),
        (("Programma 12 - 100m vrije slag dames", "Serie 1 van 4"), "Dutch"),
        (("nothing", "of the kind"), "English"),
    ],
)
def test_the_language_is_that_of_most_headings(texts: tuple[str, ...], language: str) -> None:
    assert spoken(texts).language == language


@pytest.mark.parametrize(
    ("language", "text", "number", "name", "is_relay"),
    [
        ("German", "Wettkampf 7 - 50m Freistil weiblich", "7", "50m Freistil weiblich", False),
        ("German", "noch Wettkampf 4 - 50m Schmetterling männlich", "4", "50m Schmetterling männlich", False),
        ("German", "Wettkampf 11 - 4x50m Freistil mixed (3 Läufe) (ca. 13:11 Uhr)", "11", "4x50m Freistil mixed", True),
        ("German", "Wettkampf 23 - 50m Rücken weiblich (Vorlauf)", "23", "50m Rücken weiblich (Vorlauf)", False),
        ("Turkish", "Yarış 4, Erkekler, 50m Kelebek", "4", "Erkekler, 50m Kelebek", False),
        ("Spanish", "Prueba N° 5: 4 x 100m Estilos Mixto", "5", "4 x 100m Estilos Mixto", True),
        ("Spanish", "67 (M) 11Y - 12Y - 13Y | M", "67", "(M) 11Y - 12Y - 13Y | M", False),
        ("French", "Épreuve n° 12 : 4 x 50 Relais Messieurs", "12", "4 x 50 Relais Messieurs", True),
        ("Dutch", "Programma 10gemengd, 4 x 100m wisselslag", "10", "gemengd, 4 x 100m wisselslag", True),
    ],
)
def test_events_of_other_languages(language: str, text: str, number: str, name: str, is_relay: bool) -> None:  # noqa: FBT001 - a column of the table
    event = grammar(language).headings.event(text)

    assert event is not None
    assert (event.number, event.name, event.is_relay) == (number, name, is_relay)


def test_a_list_of_events_gives_starts_and_counts() -> None:
    event = grammar("German").headings.event("Wettkampf 1 - 100m Schmetterling weiblich (4 Läufe) (ca. 08:30 Uhr)")

    assert event is not None
    assert (event.name, event.heats, event.start) == ("100m Schmetterling weiblich", 4, "08:30")


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("German", "Lauf 1/16 (ca. 10:00 Uhr)", (1, 16, None, "10:00")),
        ("German", "Lauf 1 (ca. 15:01 Uhr)", (1, None, None, "15:01")),
        ("German", "2. Lauf von 3", (2, 3, None, None)),
        ("Turkish", "Seri 1 of 17", (1, 17, None, None)),
        ("Spanish", "Serie 1 de 4 (09:30 h aprox.)", (1, 4, None, "09:30")),
        ("French", "Série 2 sur 5 - 9h30", (2, 5, None, "09:30")),
        ("Italian", "Batteria 2 di 6 ore 10:15", (2, 6, None, "10:15")),
        ("Dutch", "Serie 1 van 4 om 19:05 uur", (1, 4, None, "19:05")),
    ],
)
def test_heats_of_other_languages(language: str, text: str, expected: tuple[object, ...]) -> None:
    heat = grammar(language).headings.heat(text)

    assert heat is not None
    assert (heat.number, heat.count, heat.round, heat.start) == expected


@pytest.mark.parametrize(
    ("language", "text", "has_lane"),
    [
        ("German", "Bahn Schwimmer(in) Jg. Verein Meldezeit", True),
        ("German", "Nr. Schwimmer Jg. Verein Meldezeit", False),
        ("Turkish", "YB", False),
        ("French", "Couloir Nageur Année Club Temps", True),
        ("Dutch", "Baan Naam Geb. Vereniging Inschrijftijd", True),
    ],
)
def test_columns_of_other_languages_head_years(language: str, text: str, has_lane: bool) -> None:  # noqa: FBT001 - a column of the table
    columns = grammar(language).columns.read(text)

    assert columns is not None
    assert (columns.has_lane, columns.has_birth_year, columns.has_age) == (has_lane, True, False)


@pytest.mark.parametrize("text", ["5ª Jornada de Liga", "Jornada de puertas abiertas", "10 Yaş Yüzme Müsabakası"])
def test_titles_that_look_like_sessions_are_none(text: str) -> None:
    assert grammar("Spanish").headings.session(text) is None
