from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import Scope

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
log = structlog.get_logger()
#: What one subscriber has of IPv6, in bits of the prefix: who has that, has more addresses than can be counted.
SUBSCRIBER_BITS = 64
#: As proxies write a hop: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`.
_HOP = re.compile(r"\[(?P<six>[0-9A-Fa-f:.]+)\](?::\d+)?|(?P<four>[0-9.]+)(?::\d+)?|(?P<bare>[0-9A-Fa-f:.]+)")


class Peers:
    """Whose request it is: the peer of the connection, and nobody else unless the peer is a proxy that is trusted.

    Of `X-Forwarded-For` then the last hop counts that is no trusted proxy itself: what stands before it, its sender
    may have made up. A list that cannot be read to there is not believed at all.
    """

    def __init__(self, trusted: Collection[Network]) -> None:
        self._trusted = tuple(trusted)
        self._said = False

    def address(self, scope: Scope) -> Address | None:
        """None where there is no address: on a Unix socket."""
        peer = _peer(scope["client"][0]) if scope["client"] else None
        if peer is None or not any(name == b"x-forwarded-for" for name, _ in scope["headers"]):
            return peer
        if not self._trusts(peer):
            self._say(peer)
            return peer
        told = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for")
        farthest = peer
        for hop in reversed(told.split(",")):
            address = _hop(hop.strip())
            if address is None:
                return peer
            farthest = address
            if not self._trusts(address):
                break
        return farthest

    def counted_as(self, host: str) -> str | None:
        """Under what a peer's connections are counted; None for a trusted proxy's, which are everybody's."""
        address = _peer(host)
        return None if address is None or self._trusts(address) else counted(address)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)

    def _say(self, peer: Address) -> None:
        """Once: behind a proxy that nobody named, all the world is one address."""
        if not self._said and (peer.is_loopback or peer.is_private):
            self._said = True
            log.warning("forwarded.not_trusted", setting="HEATSTREAM_TRUSTED_PROXIES")


@lru_cache(10_000)
def counted(address: Address) -> str:
    """Under what an address is counted: itself, or of IPv6 its subscriber's network."""
    if isinstance(address, IPv6Address):
        return f"{int(address) >> (128 - SUBSCRIBER_BITS):x}"
    return str(address)


@lru_cache(10_000)
def _peer(host: str) -> Address | None:
    try:
        return _plain(ip_address(host.partition("%")[0]))
    except ValueError:
        return None


def _hop(text: str) -> Address | None:
    found = _HOP.fullmatch(text)
    return _peer(found["six"] or found["four"] or found["bare"]) if found else None


def _plain(address: Address) -> Address:
    """An IPv4 address that came over a socket of IPv6 is one."""
    return getattr(address, "ipv4_mapped", None) or address
