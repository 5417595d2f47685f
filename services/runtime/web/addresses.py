"""Which links may be fetched: the address guard. Pure; the connection is pinned to what was checked in `transport`."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network

import httpx2

from schema.errors import JobFault
from schema.states import ErrorCode

DEFAULT_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"^(?=.{1,253}\.?$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*(?P<last>[a-z0-9_-]{1,63})\.?$")
_LOOKS_LIKE_A_NUMBER = re.compile(r"^(?:\d+|0x[0-9a-f]*)$")

#: What IANA's registry of special-purpose addresses does not call globally reachable, multicast, 6to4's relay, and
#: the address at which Azure's machines find their host: public by its number only.
_PRIVATE_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
#: Only this of IPv6 is the public internet: mapped, compatible, NAT64, ULA, link- and site-local lie outside of it.
_GLOBAL_V6 = IPv6Network("2000::/3")
#: Special inside of it: Teredo and other protocol assignments, documentation (two), 6to4.
_PRIVATE_V6 = tuple(IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "3fff::/20", "2002::/16"))

#: ISATAP's interface ids end in an IPv4 address, whatever the network; one bit of them is free.
_ISATAP, _ISATAP_MASK = 0x5EFE, 0xFDFFFFFF


def blocked(sentence: str) -> JobFault:
    return JobFault(ErrorCode.BLOCKED_URL, sentence)


def is_public(address: str) -> bool:
    """Whether an address, as a resolver spells it, lies on the public internet. Anything odd does not."""
    try:
        if ":" not in address:
            v4 = IPv4Address(address)
            return not any(v4 in network for network in _PRIVATE_V4)
        v6 = IPv6Address(address)
    except AddressValueError:
        return False
    if v6.scope_id is not None or v6 not in _GLOBAL_V6 or int(v6) >> 32 & _ISATAP_MASK == _ISATAP:
        return False
    return not any(v6 in network for network in _PRIVATE_V6)


def port_of(url: httpx2.URL) -> int:
    return url.port if url.port is not None else DEFAULT_PORTS[url.scheme]


def exempt(url: httpx2.URL, allowed_hosts: frozenset[str]) -> bool:
    """Whether the operator named this host: `host` on the usual ports, `host:port` on that one."""
    host, port = url.raw_host.decode("ascii"), port_of(url)
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{port}" in allowed_hosts or (port in DEFAULT_PORTS.values() and host in allowed_hosts)


def checked_url(link: str | httpx2.URL, allowed_hosts: frozenset[str] = frozenset()) -> httpx2.URL:
    """The link, parsed, when its form is fine; its addresses are checked when they are known.

    Raises JobFault BLOCKED_URL for another scheme, credentials, a port of its own, or a host that is neither a name
    nor a plainly written address: `0x7f.1`, `2130706433` and a zone id are spellings only an attacker needs.
    """
    try:
        url = httpx2.URL(link)
    except httpx2.InvalidURL:
        raise blocked("The link is not a valid web address.") from None
    if url.scheme not in DEFAULT_PORTS:
        raise blocked("Only links that begin with http:// or https:// can be fetched.")
    if url.userinfo:
        raise blocked("The link carries a user name or password; use a link without.")
    if not _host_is_plain(url.raw_host.decode("ascii")):
        raise blocked("The link names no host that can be looked up.")
    if port_of(url) not in DEFAULT_PORTS.values() and not exempt(url, allowed_hosts):
        raise blocked("The link names a port other than the web's own, 80 and 443.")
    return url


def checked_addresses(addresses: list[str]) -> list[str]:
    """The addresses of a host, when all are public. Raises JobFault BLOCKED_URL if one is not, or none came."""
    if not addresses or not all(is_public(address) for address in addresses):
        raise blocked("The link leads to an address that is not on the public internet.")
    return addresses


def _host_is_plain(host: str) -> bool:
    if ":" in host:
        try:
            return IPv6Address(host).scope_id is None
        except AddressValueError:
            return False
    name = _NAME.match(host)
    if name is None:
        return False
    if _LOOKS_LIKE_A_NUMBER.match(name["last"]) is None:
        return True
    try:
        return str(IPv4Address(host)) == host
    except AddressValueError:
        return False
