"""What is kept of a key, and the file that keeps it."""

from __future__ import annotations

import hmac
import multiprocessing
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.runtime.clock import now
from services.runtime.keys import key, key_file
from services.runtime.keys.key import Key, id_of, make
from services.runtime.keys.key_file import UnusableKeys, changing, read, write
from services.runtime.keys.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

SCOPES = frozenset({Scope.SUBMIT})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.jsonl"


def made(name: str = "club site") -> tuple[str, Key]:
    return make(name, SCOPES, at=now())


def add(path: Path, name: str) -> str:
    with changing(path) as keys:
        told, kept = made(name)
        keys[kept.id] = kept
    return told


def test_the_file_never_holds_a_key_and_is_for_its_owner(path: Path) -> None:
    told = add(path, "club site")
    secret = told.rpartition("_")[2]
    assert secret not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    (kept,) = read(path).values()
    assert kept.opens(told)
    assert (kept.name, kept.scopes, kept.id) == ("club site", SCOPES, id_of(told))
    assert [file.name for file in path.parent.iterdir()] == [path.name], "nothing is left beside it"


def test_a_secret_is_256_bits_of_the_systems_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def token_hex(size: int) -> str:
        asked.append(size)
        return os.urandom(size).hex()

    monkeypatch.setattr("secrets.token_hex", token_hex)
    told, _ = made()
    assert sorted(asked) == [6, 32]
    assert re.fullmatch(r"hs_[0-9a-f]{12}_[0-9a-f]{64}", told)


def test_keys_are_compared_in_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[str, str]] = []

    def compare(one: str, other: str) -> bool:
        compared.append((one, other))
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(key, "compare_digest", compare)
    told, kept = made()
    other, _ = made()
    assert (kept.opens(told), kept.opens(other), kept.opens("é")) == (True, False, False)
    assert [theirs for _, theirs in compared] == [kept.sha256] * 3


@pytest.mark.parametrize("given", ["", "hs_", "x", "hs_abc_def", "HS_" + "a" * 12 + "_" + "b" * 64])
def test_what_has_not_the_form_of_a_key_has_no_id(given: str) -> None:
    assert id_of(given) is None


def test_a_key_ends() -> None:
    at = now()
    _, kept = make("x", SCOPES, at=at, expires_at=at + timedelta(days=1))
    assert (kept.expired(at), kept.expired(at + timedelta(days=1))) == (False, True)
    assert not made()[1].expired(at + timedelta(days=10_000))


SECRET = "5ecre7" * 12
BROKEN: list[tuple[str, Callable[[str], str], str]] = [
    ("no JSON", lambda _: f"{SECRET}", r"line 2 .* is no key \(JSON\)"),
    ("no scope", lambda line: line.replace('"submit"', ""), r"\(scopes\)"),
    ("an unknown scope", lambda line: line.replace("submit", SECRET), r"\(scopes\.0\)"),
    ("a field too many", lambda line: line.replace("{", f'{{"{SECRET[:6]}":1,', 1), "is no key"),
    ("twice", lambda line: line, "has the id of an earlier one"),
]


@pytest.mark.parametrize(("what", "breaks", "said"), BROKEN)
def test_a_broken_file_is_refused_whole_and_nothing_of_it_is_said(
    path: Path, what: str, breaks: Callable[[str], str], said: str
) -> None:
    add(path, what)
    line = path.read_text()
    path.write_text(line + breaks(line))
    with pytest.raises(UnusableKeys, match=said) as refused:
        read(path)
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None, "a cause would quote the line in a traceback"


def test_blank_lines_are_no_keys_and_a_missing_file_is_told(path: Path) -> None:
    with pytest.raises(UnusableKeys, match=f"{path} cannot be read: No such file"):
        read(path)
    path.write_text("\n \n")
    assert read(path) == {}


def test_a_file_that_cannot_be_written_stays_as_it_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(path, "first")
    before = path.read_bytes()
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(UnusableKeys, match="cannot be written: No space left"):
        add(path, "second")
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    with pytest.raises(UnusableKeys, match="No such file"):
        add(path.parent / "nowhere" / "keys", "third")


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "data"
    target.touch()
    path.symlink_to(target)
    add(path, "club site")
    assert path.is_symlink()
    assert len(read(target)) == 1


def test_who_changes_it_at_the_same_time_loses_nothing(path: Path) -> None:
    context = multiprocessing.get_context("fork")
    others = [context.Process(target=add, args=(path, f"key {number}")) for number in range(8)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert sorted(kept.name for kept in read(path).values()) == [f"key {number}" for number in range(8)]


def test_what_is_written_is_read_again(path: Path) -> None:
    at = now()
    keys = [make(f"{number}", frozenset(Scope), at=at, expires_at=at)[1] for number in range(3)]
    write(path, keys)
    assert list(read(path).values()) == keys
    assert key_file.read(path) == {kept.id: kept for kept in keys}
