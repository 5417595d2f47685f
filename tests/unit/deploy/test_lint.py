from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.deploy.files import CHECKOUT, COMPOSE, DOCKERFILE

BIN = Path(sys.executable).parent
HADOLINT: list[str | Path] = [BIN / "hadolint", "--no-color", "--config", "/dev/null"]
SCHEMA: list[str | Path] = [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec"]
SECURITY: list[str | Path] = [
    *(BIN / "compose-lint", "check", "--quiet", "--fail-on=low", "--no-env", "--no-merge-overrides"),
    *("--strict-config", "--config", CHECKOUT / "deploy/docker/compose-lint.yml"),
]


LINTERS: dict[str, tuple[list[str | Path], Path]] = {
    "hadolint": (HADOLINT, DOCKERFILE),
    "schema": (SCHEMA, COMPOSE),
    "security": (SECURITY, COMPOSE),
}


@pytest.mark.parametrize("linter", LINTERS)
def test_the_linter_finds_nothing(linter: str) -> None:
    command, file = LINTERS[linter]

    code, said = _lint(command, file)

    assert code == 0, said


@pytest.mark.parametrize(
    ("linter", "right", "wrong", "rule"),
    [
        ("hadolint", "python:3.11-slim-bookworm", "python:latest", "DL3007"),
        ("schema", "cap_drop: [ALL]", "cap_drop: ALL", "cap_drop"),
        ("security", "read_only: true", "privileged: true", "CL-0002"),
    ],
)
def test_the_linter_would_find_a_fault(linter: str, right: str, wrong: str, rule: str, tmp_path: Path) -> None:
    command, file = LINTERS[linter]
    broken = tmp_path / file.name
    broken.write_text(file.read_text().replace(right, wrong))

    code, said = _lint(command, broken)

    assert code != 0
    assert rule in said


def _lint(linter: list[str | Path], file: Path) -> tuple[int, str]:
    ran = subprocess.run([*linter, file], capture_output=True, text=True, check=False, timeout=60)
    return ran.returncode, ran.stdout + ran.stderr
