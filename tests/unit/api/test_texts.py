"""The page's texts: one table a language, with the same keys, and none that nobody says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from schema.events import EVENTS
from schema.states import ErrorCode, Stage
from services.api.assets import WEB
from services.api.problems import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterable

TABLES = {path.stem: json.loads(path.read_text()) for path in (WEB / "texts").glob("*.json")}
CODE = "\n".join(path.read_text() for path in WEB.glob("*.js"))
#: `t("key"`, `t(is ? "key" : "other"`, and the beginning of `t(`key_${…}`)`.
SAID = set(re.findall(r'\bt\("(\w+)"', CODE)) | {
    key for pair in re.findall(r'\bt\([\w.() ]+ \? "(\w+)" : "(\w+)"', CODE) for key in pair
}
BEGINNINGS = tuple(re.findall(r"\b(?:t|worded)\(`(\w+_)\$\{", CODE))
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


def warning_codes() -> set[str]:
    """Those that the worker gives, from its code."""
    worker = WEB.parents[1] / "worker"
    code = "\n".join(path.read_text() for path in Path(worker).rglob("*.py"))
    return set(re.findall(r'Warning\(\s*code="(\w+)"', code)) | set(re.findall(r'code, sentence = "(\w+)"', code))


@pytest.mark.parametrize(
    ("beginning", "codes"),
    [
        ("problem_", CATALOGUE),
        ("error_", ErrorCode),
        ("stage_", Stage),
        ("log_", EVENTS),
        ("warning_", warning_codes() - {"same_name", "not_found", "several_candidates"}),
    ],
)
def test_what_the_server_says_by_a_code_has_words(beginning: str, codes: Iterable[str]) -> None:
    assert beginning in BEGINNINGS
    assert {code for code in codes if beginning + code not in TABLES["en"]} == set()
    assert len(set(codes)) > 5
