from __future__ import annotations

import secrets
import shutil
import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from deploy.local import machine
from deploy.local.claim import mark
from deploy.local.process import NotStarted, launched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OWNER = "heatstream"


@contextmanager
def postgres(state: Path, *, durable: bool) -> Iterator[str]:
    """A private PostgreSQL on a free loopback port; yields the URL of its owner's database.

    Data, password and log live under `state`. Without `durable` it does not wait for the disk: for tests, which a
    power cut may end.
    """
    user = machine.other_user()
    home = machine.folder_for(user, state / "postgres")
    data, password_file = home / "data", home / "password"
    if not data.exists():
        _create(home, user, durable=durable)
    port = machine.free_port()
    url = f"postgresql://{OWNER}:{password_file.read_text()}@127.0.0.1:{port}/postgres"
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": 100,
        "shared_buffers": "256MB",  # with a quarter, writers push out pages themselves, behind a flush of the log
        "log_error_verbosity": "terse",  # what it would say besides quotes rows, and so children's names
        **({} if durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
    }
    command = [str(machine.postgres_binary("postgres")), "-D", str(data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with launched(
        "PostgreSQL",
        command,
        log=state / "logs" / "postgres.log",
        ready=lambda: _answers(url),
        environment=mark(state) | {"HOME": str(home), "LC_ALL": "C"},
        stop_signal=signal.SIGINT,  # its fast shutdown: open connections are cut
        user=user,
    ) as server:
        server.await_ready()
        yield url


def _create(home: Path, user: str | None, *, durable: bool) -> None:
    """The data directory, whole or not at all: what an interrupt left half made is made anew."""
    password_file, unfinished = home / "password", home / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    password_file.touch(mode=0o600)
    password_file.write_text(secrets.token_urlsafe(24))
    if user is not None:
        machine.give(password_file, user)
    command = [str(machine.postgres_binary("initdb")), "-D", str(unfinished), "-U", OWNER, "-A", "scram-sha-256"]
    command += ["--pwfile", str(password_file), "-E", "UTF8", "--locale=C", *([] if durable else ["--no-sync"])]
    done = subprocess.run(  # noqa: S603 - the binary that was found, our own arguments
        command, capture_output=True, text=True, user=user, extra_groups=[] if user else None, cwd=home, check=False
    )
    if done.returncode != 0:
        raise NotStarted(f"PostgreSQL's initdb failed:\n{done.stdout[-1000:]}{done.stderr[-1000:]}")
    unfinished.rename(home / "data")


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False
