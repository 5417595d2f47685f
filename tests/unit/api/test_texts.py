"""The page's texts: one table a language, with the same keys, and none that nobody says."""

from __future__ import annotations

import json
import re

import pytest

from services.api.assets import WEB

TABLES = {path.stem: json.loads(path.read_text()) for path in (WEB / "texts").glob("*.json")}
CODE = "\n".join(path.read_text() for path in WEB.glob("*.js"))
#: `t("key"`, `t(is ? "key" : "other"`, and the beginning of `t(`key_${…}`)`.
SAID = set(re.findall(r'\bt\("(\w+)"', CODE)) | {
    key for pair in re.findall(r'\bt\([\w.() ]+ \? "(\w+)" : "(\w+)"', CODE) for key in pair
}
BEGINNINGS = tuple(re.findall(r"\bt\(`(\w+_)\$\{", CODE))
#: Handed on in a variable: `t(what)` of the queue's buttons, `t(warning.code)` of a sheet's notes.
HANDED_ON = {"up", "down", "drop", "not_found", "several_candidates"}


def forms(text: str | dict[str, str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


def places(text: str | dict[str, str]) -> set[str]:
    return {name for form in forms(text) for name in re.findall(r"\{(\w+)\}", form)}


def test_there_are_three_languages() -> None:
    assert sorted(TABLES) == ["de", "en", "es"]
    assert re.search(r"LANGUAGES = \{ de: .*, en: .*, es: .* \}", CODE)


@pytest.mark.parametrize("language", ["de", "es"])
def test_each_language_says_the_same_things_about_the_same_values(language: str) -> None:
    english, other = TABLES["en"], TABLES[language]
    assert list(other) == list(english)
    assert {key for key in english if places(english[key]) != places(other[key])} == set()
    assert {key for key in english if isinstance(english[key], str) != isinstance(other[key], str)} == set()
    assert all(form.strip() for text in other.values() for form in forms(text))


def test_every_text_is_said_and_every_text_that_is_said_is_there() -> None:
    assert len(SAID) > 50
    table = set(TABLES["en"])
    assert table >= SAID | HANDED_ON
    assert {key for key in table - SAID - HANDED_ON if not key.startswith(BEGINNINGS)} == set()
