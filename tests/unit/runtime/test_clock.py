from __future__ import annotations

import os
from typing import TYPE_CHECKING
from uuid import RFC_4122

from services.runtime import clock
from services.runtime.chance import chance
from services.runtime.clock import age_seconds, new_id, new_secret_id

if TYPE_CHECKING:
    import pytest

TIME, FORM = (1 << 48) - 1 << 80, 0xF << 76 | 0x3 << 62
CHANCE = (1 << 128) - 1 & ~TIME & ~FORM


def test_a_secret_id_is_a_uuid7_of_now() -> None:
    made = new_secret_id()
    assert (made.version, made.variant) == (7, RFC_4122)
    age = age_seconds(made)
    assert age is not None
    assert -1 < age < 60


def test_all_bits_that_the_form_leaves_are_the_systems_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CHANCE.bit_count() == 74
    monkeypatch.setattr(clock, "chance", lambda: b"\xff" * 16)
    assert new_secret_id().int & CHANCE == CHANCE
    monkeypatch.setattr(clock, "chance", lambda: bytes(16))
    assert new_secret_id().int & CHANCE == 0


def test_chance_is_drawn_anew_each_time_and_a_child_has_its_own() -> None:
    drawn = [chance() for _ in range(200)]
    assert len(set(drawn)) == 200
    assert {len(one) for one in drawn} == {16}
    there, here = os.pipe()
    if (child := os.fork()) == 0:
        os.write(here, b"".join(chance() for _ in range(100)))
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(there, 1600)
    os.close(there)
    os.close(here)
    assert not {theirs[at : at + 16] for at in range(0, 1600, 16)} & {chance() for _ in range(100)}


def test_ids_of_the_same_millisecond_have_nothing_else_in_common() -> None:
    made = [new_secret_id().int for _ in range(400)]
    always, never = made[0], made[0]
    for number in made:
        always, never = always & number, never | number
    assert (always & CHANCE, never & CHANCE) == (0, CHANCE), "a bit that is always the same"
    assert len({number & CHANCE for number in made}) == len(made)


def test_an_id_sorts_by_its_time() -> None:
    earlier = new_id()
    assert earlier.int >> 80 <= new_secret_id().int >> 80
