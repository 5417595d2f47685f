from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.unit.deploy.files import CHECKOUT

PROJECT: dict[str, Any] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
RUNS: list[str] = PROJECT["project"]["dependencies"]
TOOLS: list[str] = [*PROJECT["dependency-groups"]["dev"], *PROJECT["build-system"]["requires"]]
LOCKS = {"requirements.lock": RUNS, "requirements-dev.lock": RUNS + TOOLS}


def locked(file: str) -> dict[str, str]:
    """Version of each package."""
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", (CHECKOUT / file).read_text(), re.MULTILINE))


@pytest.mark.parametrize("file", LOCKS)
def test_every_wanted_package_is_locked_at_a_version_that_is_wanted(file: str) -> None:
    versions = locked(file)
    wanted = [Requirement(line) for line in LOCKS[file]]

    stale = [one for one in wanted if not one.specifier.contains(versions.get(canonicalize_name(one.name), "0"))]

    assert stale == [], "`make lock` writes it anew"


def test_what_runs_in_tests_is_what_runs_in_earnest() -> None:
    assert locked("requirements.lock").items() <= locked("requirements-dev.lock").items()


@pytest.mark.parametrize("file", LOCKS)
def test_a_package_is_known_by_its_hash_and_not_by_where_it_came_from(file: str) -> None:
    text = (CHECKOUT / file).read_text()
    packages = re.split(r"^(?=[a-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE)[1:]

    assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []
    assert re.findall(r"://|--index|--find-links|^-", text, re.MULTILINE) == []
