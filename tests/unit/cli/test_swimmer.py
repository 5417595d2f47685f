from __future__ import annotations

import orjson
import pytest

from services.cli.commands.erase.swimmer import Swimmer

MUELLER = Swimmer("Jörg Müller")


@pytest.mark.parametrize(
    "name", ["jörg müller", "MÜLLER, Jörg", "Muller, Jorg", "Joerg Mueller", "Müller Jörg", "Jörg K Müller"]
)
def test_a_name_is_known_in_any_spelling(name: str) -> None:
    assert MUELLER.is_called(name)


@pytest.mark.parametrize("name", ["Jörg Müllermann", "Müller", "Jörg", "Jörg Müller Berg", ""])
def test_another_name_is_not_taken_for_it(name: str) -> None:
    assert not MUELLER.is_called(name)


def test_a_message_is_theirs_that_says_so_and_names_them_where_it_only_says_the_words() -> None:
    command = {"batch_id": "x", "swimmer_name": "müller, jörg"}
    events = [7, {"data": None}, {"data": command}]
    named = [{"data": {"jobs": [{"source": {"filename": "joerg-mueller.pdf"}}]}}]
    apart = {"swimmer_name": "Jörg Berg", "team": "Müller"}
    for theirs in (command, events):
        assert MUELLER.is_whose(orjson.dumps(theirs))
    for body in (orjson.dumps(named), b"\xff{ Jorg Muller", orjson.dumps(events)):
        assert MUELLER.is_named_in(body)
    assert not MUELLER.is_whose(orjson.dumps(named))
    assert not MUELLER.is_named_in(orjson.dumps(apart))
