from __future__ import annotations

import secrets
import shutil
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

from deploy.local import machine
from deploy.local.claim import mark
from deploy.local.process import launched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

USER = "heatstream"
PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"


@contextmanager
def rabbitmq(state: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """A private RabbitMQ on free loopback ports, on its way; yields its URL and what waits for it or raises NotStarted.

    Node name, cookie, port mapper, data, password and log are its own, under `state`: nothing of another node on this
    machine is seen or touched. Most of the time to readiness it loads its own code, whatever its configuration.
    """
    home = state / "rabbitmq"
    home.mkdir(parents=True, exist_ok=True)
    password_file = home / "password"
    if not password_file.exists():
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_urlsafe(24))
    password, port = password_file.read_text(), machine.free_port()
    (home / "empty").touch()
    (home / "plugins").write_text("[].\n")
    (home / "rabbitmq.conf").write_text(
        f"default_user = {USER}\ndefault_pass = {password}\nloopback_users.{USER} = true\n"
        "disk_free_limit.absolute = 200MB\nlog.file = false\nlog.console = true\nlog.console.level = warning\n"
    )
    script = machine.rabbitmq_server()
    with launched(
        "RabbitMQ",
        [str(script)],
        log=state / "logs" / "rabbitmq.log",
        ready=lambda: _shakes_hands(port),
        environment=mark(state)
        | {
            "HOME": str(home),
            "RABBITMQ_NODENAME": "heatstream@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(machine.free_port()),
            "ERL_EPMD_PORT": str(machine.free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": str(home / "data"),
            "RABBITMQ_LOG_BASE": str(state / "logs"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(home / "empty"),
            "RABBITMQ_PLUGINS_DIR": str(_core_only(script, home / "core")),
            "ERL_CRASH_DUMP": str(state / "logs" / "erl_crash.dump"),
            # No busy waiting: the schedulers share the cores with everything else here.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none"
            " -kernel inet_dist_use_interface {127,0,0,1}",
        },
    ) as node:
        yield f"amqp://{USER}:{password}@127.0.0.1:{port}/", node.await_ready


def _core_only(script: Path, folder: Path) -> Path:
    """A plugin folder with nothing but the broker's core: a start looks into every plugin, and that takes a second."""
    plugins = script.parent.parent / "plugins"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for core in plugins.glob("rabbit-[0-9]*"):
        (folder / core.name).symlink_to(core)
    return folder if any(folder.iterdir()) else plugins


def _shakes_hands(port: int) -> bool:
    """It speaks AMQP when it answers the protocol header with Connection.Start, not when its port is open."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
            line.sendall(PROTOCOL_HEADER)
            return line.recv(1) == b"\x01"
    except OSError:
        return False
