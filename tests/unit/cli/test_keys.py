"""`heatstream keys`, as it is typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from services.cli.app import app
from services.runtime.keys import key_file

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


class Shell:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, *arguments: str, code: int = 0) -> Result:
        done = CliRunner().invoke(app, ["keys", *arguments], env={"HEATSTREAM_KEYS_FILE": str(self.path)})
        assert done.exit_code == code, done.output
        return done


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "keys.jsonl")


def test_a_key_is_told_once_and_listed_without_it(shell: Shell) -> None:
    told = shell("create", "club site", "--scope", "submit", "--scope", "read", "--expires", "90d").stdout.strip()
    (kept,) = key_file.read(shell.path).values()
    assert kept.opens(told)
    assert kept.expires_at is not None
    assert (kept.expires_at - kept.created_at).days == 90
    other = json.loads(shell("create", "operator", "--scope", "admin", "--json").stdout)
    assert (other["name"], other["scopes"], other["expires_at"]) == ("operator", ["admin"], None)
    assert key_file.read(shell.path)[other["id"]].opens(other["key"])

    drawn = shell("list").stdout
    lines = [json.loads(line) for line in shell("list", "--json").stdout.splitlines()]
    assert [line["name"] for line in lines] == ["club site", "operator"]
    assert [line["scopes"] for line in lines] == [["submit", "read"], ["admin"]]
    assert drawn.splitlines()[0].split() == ["id", "name", "scopes", "created", "expires"]
    for hidden in (told.rpartition("_")[2], kept.sha256, "sha256"):
        assert hidden not in drawn + str(lines)


def test_a_key_is_revoked_by_name_or_id(shell: Shell) -> None:
    for name in ("one", "two", "three"):
        shell("create", name, "--scope", "submit")
    one, two, three = key_file.read(shell.path).values()
    assert shell("revoke", "one").stdout == f"revoked {one.id}  one\n"
    shell("revoke", two.id)
    assert list(key_file.read(shell.path)) == [three.id]
    assert "there is no key 'one'" in shell("revoke", "one", code=2).stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "x", "--scope", "everything"), "'everything' is not one of 'submit', 'read', 'admin'"),
        (("create", "x"), "Missing option '--scope'"),
        (("create", " ", "--scope", "read"), "one line of 1 to 100 characters"),
        (("create", "x", "--scope", "read", "--expires", "soon"), "write it like 90s"),
        (("create", "there", "--scope", "read"), "there is a key of the name 'there'"),
    ],
)
def test_bad_input_says_what_to_do(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    shell("create", "there", "--scope", "submit")
    assert said in shell(*arguments, code=2).stderr
    assert len(key_file.read(shell.path)) == 1


def test_without_a_file_it_is_asked_for() -> None:
    done = CliRunner().invoke(app, ["keys", "list"], env={"HEATSTREAM_KEYS_FILE": None})
    assert (done.exit_code, "--file or HEATSTREAM_KEYS_FILE" in done.stderr) == (2, True)
