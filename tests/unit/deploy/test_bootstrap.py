from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.deploy.files import CHECKOUT

SCRIPT = CHECKOUT / "deploy/local/bootstrap.sh"
PRESETS = Path("/run/systemd/system-preset/00-heatstream.preset")
TOOLS = ("sh", "env", "id", "tr", "rm", "mktemp", "tail")


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH with neither Python nor an installer on it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (folder / tool).symlink_to(found)
    return folder


def bootstrap(folder: Path, tools: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", SCRIPT],
        cwd=folder,
        env={"PATH": str(tools), "HOME": str(folder), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_a_machine_where_nothing_can_be_installed_is_told_the_packages(tmp_path: Path, tools: Path) -> None:
    ran = bootstrap(tmp_path, tools)

    assert ran.returncode == 1
    assert "this machine lacks: python" in ran.stderr
    assert "python3 python3-venv postgresql rabbitmq-server" in ran.stderr


def test_an_installer_that_fails_is_told_with_what_it_said(tmp_path: Path, tools: Path) -> None:
    (tools / "brew").write_text("#!/bin/sh\necho no such formula >&2\nexit 1\n")
    (tools / "brew").chmod(0o755)

    ran = bootstrap(tmp_path, tools)

    assert ran.returncode == 1
    assert "no such formula" in ran.stderr
    assert "this machine lacks: python" in ran.stderr


def test_nothing_is_installed_where_all_is_there() -> None:
    ran = subprocess.run(
        ["/bin/sh", SCRIPT], cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


@pytest.mark.skipif(os.geteuid() != 0, reason="what apt-get meets is made by root")
def test_what_debian_installs_starts_neither_now_nor_with_the_machine(tmp_path: Path, tools: Path) -> None:
    for tool in ("mkdir", "chmod"):
        (tools / tool).symlink_to(shutil.which(tool) or "")
    meets = tmp_path / "meets"
    (tools / "apt-get").write_text(
        f'#!/bin/sh\nwhile read -r line; do echo "$line"; done < {PRESETS} > {meets}\n'
        f"/usr/sbin/policy-rc.d nginx start || echo refused $? >> {meets}\n"
    )
    (tools / "apt-get").chmod(0o755)

    bootstrap(tmp_path, tools, WITH_PROXIES="1")

    met = meets.read_text().splitlines()
    assert {"disable nginx.service", "disable caddy.service", "disable rabbitmq-server.service"} < set(met)
    assert met[-1] == "refused 101"
    assert not PRESETS.exists()


@pytest.mark.parametrize("wanted", [True, False])
@pytest.mark.parametrize(
    ("switch", "package"), [("WITH_OCR", "tesseract"), ("WITH_BROWSER", "chromium"), ("WITH_PROXIES", "caddy")]
)
def test_what_few_need_is_installed_where_it_is_wanted_and_nowhere_else(
    tmp_path: Path, tools: Path, switch: str, package: str, *, wanted: bool
) -> None:
    asked = tmp_path / "asked"
    (tools / "brew").write_text(f'#!/bin/sh\necho "$@" > {asked}\n')
    (tools / "brew").chmod(0o755)

    bootstrap(tmp_path, tools, **({switch: "1"} if wanted else {}))

    assert (package in asked.read_text().split()) == wanted
