"""What this machine offers: binaries, free ports, and a user that PostgreSQL agrees to run as."""

from __future__ import annotations

import contextlib
import os
import pwd
import random
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from deploy.local.process import NotStarted

RABBITMQ_SCRIPTS = (
    "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin",
    "/opt/homebrew/opt/rabbitmq/sbin",
    "/usr/local/opt/rabbitmq/sbin",
)
POSTGRES_BINARIES = (
    "/usr/lib/postgresql/*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


def free_port() -> int:
    """A port that nobody has, of those that no system gives to outgoing connections: it stays free until it is used."""
    for _ in range(100):
        port = random.randrange(15_000, 32_000)  # noqa: S311 - no secret
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise NotStarted("no free port on 127.0.0.1 between 15000 and 32000")


def rabbitmq_server() -> Path:
    """The inner start script: the packaged wrapper on PATH switches user and loses HOME."""
    return _newest(RABBITMQ_SCRIPTS, "rabbitmq-server", "rabbitmq-server")


def postgres_binary(name: str) -> Path:
    return _newest(POSTGRES_BINARIES, name, "postgresql")


def other_user() -> str | None:
    """Whom to run PostgreSQL as: ourselves (None), or as root a user that is not, because it refuses root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def folder_for(user: str | None, wanted: Path) -> Path:
    """A folder that `user` owns and can reach: `wanted`, or one in /var/tmp where a parent of it is closed to them.

    The one in /var/tmp is named in the file `wanted/elsewhere`.
    """
    wanted.mkdir(parents=True, exist_ok=True)
    if user is None or _writable(wanted, user):
        return wanted
    elsewhere = wanted / "elsewhere"
    if not elsewhere.exists():
        elsewhere.write_text(tempfile.mkdtemp(prefix="heatstream-", dir="/var/tmp"))
    folder = Path(elsewhere.read_text())
    if not _writable(folder, user):
        raise NotStarted(f"user {user} can write neither {wanted} nor {folder}, and PostgreSQL refuses to run as root")
    return folder


def _writable(folder: Path, user: str) -> bool:
    give(folder, user)
    command = ["test", "-w", str(folder)]
    return subprocess.run(command, user=user, extra_groups=[], check=False).returncode == 0  # noqa: S603 - a fixed command


def give(path: Path, user: str) -> None:
    entry = pwd.getpwnam(user)
    os.chown(path, entry.pw_uid, entry.pw_gid)


def _newest(places: tuple[str, ...], name: str, package: str) -> Path:
    found = [path for place in places for path in Path("/").glob(f"{place[1:]}/{name}") if os.access(path, os.X_OK)]
    if found:
        return max(found, key=lambda path: [int(number) for number in re.findall(r"\d+", path.as_posix())])
    on_path = shutil.which(name)
    if on_path is None:
        raise NotStarted(f"{name} is not on this machine: `make setup` installs the package {package}")
    return Path(on_path)
