from __future__ import annotations

import json
import shlex

from tests.unit.deploy.files import CHECKOUT, DOCKERFILE


def test_the_process_is_not_root() -> None:
    users = [value for name, value in _last_stage() if name == "USER"]

    assert users
    assert users[-1].isdigit(), "by number, so that a platform can see that it is not root"
    assert int(users[-1]) > 0
    assert any(f"useradd --system --uid {users[-1]} " in value for name, value in _last_stage() if name == "RUN")


def test_the_image_runs_the_command_line_and_shows_its_help_by_default() -> None:
    said = dict(_last_stage())

    assert json.loads(said["ENTRYPOINT"]) == ["python", "-m", "services.cli"]
    assert json.loads(said["CMD"]) == ["--help"]
    assert (CHECKOUT / "services/cli/__main__.py").exists()


def test_everything_that_is_installed_is_locked_by_its_hash_and_built_nowhere() -> None:
    installs = [value for name, value in _instructions() if name == "RUN" and "pip" in value]

    assert len(installs) == 1
    assert {"--require-hashes", "--only-binary=:all:", "requirements.lock"} <= set(shlex.split(installs[0]))


def test_what_the_image_is_made_of_and_nothing_else_goes_to_the_builder() -> None:
    ignored, *let_through = [
        line for line in DOCKERFILE.with_name("Dockerfile.dockerignore").read_text().splitlines() if line[0] in "*!"
    ]
    copied = [value.split()[0] for name, value in _instructions() if name == "COPY" and "--from" not in value]

    assert ignored == "*"
    assert [line for line in let_through if line.startswith("!")] == [f"!{source}" for source in copied]
    assert [source for source in copied if not (CHECKOUT / source).exists()] == []


def _last_stage() -> list[tuple[str, str]]:
    instructions = _instructions()
    last = max(number for number, (name, _) in enumerate(instructions) if name == "FROM")
    return instructions[last:]


def _instructions() -> list[tuple[str, str]]:
    """Name and value of each; the linter has seen that they are sound."""
    lines = [line for line in DOCKERFILE.read_text().splitlines() if line and not line.startswith("#")]
    instructions = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(name, value) for name, value in (line.split(maxsplit=1) for line in instructions)]
