"""nginx and Caddy with the configuration that is shipped, on free loopback ports, run by a user without rights."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from deploy.local import machine
from deploy.local.process import launched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    import httpx2

CHECKOUT = Path(__file__).parents[3]
TEMPLATE = CHECKOUT / "deploy/nginx/heatstream.conf.template"
USUAL = CHECKOUT / "deploy/nginx/usual.env"
CADDYFILE = CHECKOUT / "deploy/caddy/Caddyfile"
SITE = "localhost"
#: What stands around the shipped file, as Debian's nginx.conf does.
NGINX = """
daemon off;
pid {home}/nginx.pid;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    gzip on;
    gzip_types text/event-stream application/json;
    include {home}/heatstream.conf;
}}
"""
#: Less than a test may take, so that what a proxy has logged is told where it does not start.
START_SECONDS = 40


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that is up; `authority` is the file that says whom to trust, `logs` where it writes what."""

    port: int
    plain_port: int
    authority: Path
    logs: Path

    @property
    def url(self) -> str:
        return f"https://{SITE}:{self.port}"

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.authority)

    @property
    def said(self) -> str:
        """All that it has logged."""
        return "".join(file.read_text() for file in self.logs.iterdir())


class Before(Protocol):
    def __call__(self, gateway: httpx2.AsyncClient | int, **changed: object) -> AbstractContextManager[Proxy]:
        """A proxy before a client's gateway, or before a port; `changed` are settings without their `PROXY_`."""


def usual() -> dict[str, str]:
    """The settings that are shipped for nginx."""
    lines = (line.partition("#")[0] for line in USUAL.read_text().splitlines())
    return {name: value.strip() for name, _, value in (line.partition("=") for line in lines) if value}


def filled(template: str, settings: dict[str, str]) -> str:
    """As `envsubst` does it. Raises KeyError for a name that has no value."""
    return re.sub(r"\$\{(\w+)\}", lambda found: settings[found[1]], template)


@contextmanager
def nginx(state: Path, gateway: httpx2.AsyncClient | int, **changed: object) -> Iterator[Proxy]:
    home, logs = _folder(state / "nginx"), _folder(state / "nginx-logs")
    proxy = Proxy(machine.free_port(), machine.free_port(), home / "fullchain.pem", logs)
    _certificate(home)
    settings = usual() | {
        "PROXY_SITE": SITE,
        "PROXY_TLS": str(home),
        "PROXY_GATEWAY": _address(gateway),
        "PROXY_HTTP": f"127.0.0.1:{proxy.plain_port}",
        "PROXY_HTTPS": f"127.0.0.1:{proxy.port}",
        "PROXY_LOGS": str(logs),
        **_named(changed),
    }
    (home / "heatstream.conf").write_text(filled(TEMPLATE.read_text(), settings))
    (home / "nginx.conf").write_text(NGINX.format(home=home))
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    command = [binary, "-p", str(home), "-c", str(home / "nginx.conf"), "-e", "stderr"]
    with _running("nginx", command, proxy, {}):
        yield proxy


@contextmanager
def caddy(state: Path, gateway: httpx2.AsyncClient | int, **changed: object) -> Iterator[Proxy]:
    home = _folder(state / "caddy")
    authority = home / "data/caddy/pki/authorities/local/root.crt"
    proxy = Proxy(machine.free_port(), machine.free_port(), authority, _folder(state / "caddy-logs"))
    settings = {
        "PROXY_SITE": SITE,
        "PROXY_ADDRESS": "127.0.0.1",
        "PROXY_GATEWAY": _address(gateway),
        "PROXY_HTTP": str(proxy.plain_port),
        "PROXY_HTTPS": str(proxy.port),
        "PROXY_ADMIN": "off",
        **_named(changed),
    }
    folders = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config")}
    command = [shutil.which("caddy") or "/usr/bin/caddy", "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
    with _running("Caddy", command, proxy, settings | folders):
        yield proxy


@contextmanager
def _running(name: str, command: list[str], proxy: Proxy, environment: dict[str, str]) -> Iterator[None]:
    log = proxy.logs / "said.log"
    with launched(
        name,
        command,
        log=log,
        ready=lambda: _shakes_hands(proxy),
        environment=environment,
        start_seconds=START_SECONDS,
        user=machine.other_user(),
    ) as process:
        process.await_ready()
        yield


def _shakes_hands(proxy: Proxy) -> bool:
    """Caddy listens before it has made its certificate."""
    try:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as plain:
            proxy.trust.wrap_socket(plain, server_hostname=SITE).close()
    except OSError:
        return False
    return True


def _address(gateway: httpx2.AsyncClient | int) -> str:
    return f"127.0.0.1:{gateway if isinstance(gateway, int) else gateway.base_url.port}"


def _named(changed: dict[str, object]) -> dict[str, str]:
    return {f"PROXY_{name.upper()}": str(value) for name, value in changed.items()}


def _folder(path: Path) -> Path:
    path.mkdir()
    if (user := machine.other_user()) is not None:
        machine.give(path, user)
    return path


def _certificate(home: Path) -> None:
    """A certificate for SITE that is its own authority."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "1", "-subj", f"/CN={SITE}", "-addext", f"subjectAltName=DNS:{SITE}"]
    command += ["-keyout", str(home / "privkey.pem"), "-out", str(home / "fullchain.pem")]
    subprocess.run(command, check=True, capture_output=True)
    (home / "privkey.pem").chmod(0o644)
