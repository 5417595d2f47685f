from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.api.peers import Peers, counted
from services.api.settings import ApiSettings

if TYPE_CHECKING:
    from starlette.types import Scope

    from services.api.peers import Address

PROXIES = [ip_network("10.0.0.0/8"), ip_network("::1")]


def scope(peer: str | None, *forwarded: str) -> Scope:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return {"type": "http", "client": None if peer is None else (peer, 4711), "headers": headers}


def address(peer: str | None, *forwarded: str) -> str:
    return str(Peers(PROXIES).address(scope(peer, *forwarded)))


@pytest.mark.parametrize(
    ("peer", "forwarded", "whose"),
    [
        ("192.0.2.7", [], "192.0.2.7"),
        ("192.0.2.7", ["198.51.100.1"], "192.0.2.7"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("::1", ["198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["203.0.113.9", "198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.0.0.1", ["garbage, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["10.2.2.2, 10.3.3.3"], "10.2.2.2"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db8::7]:443"], "2001:db8::7"),
        ("10.0.0.1", ["2001:db8::7"], "2001:db8::7"),
        ("10.0.0.1", ["198.51.100.1, garbage"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1,"], "10.0.0.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["999.1.1.1"], "10.0.0.1"),
        ("fe80::1%eth0", [], "fe80::1"),
        (None, ["198.51.100.1"], "None"),
    ],
)
def test_only_a_trusted_peer_says_for_whom_it_asks(peer: str | None, forwarded: list[str], whose: str) -> None:
    assert address(peer, *forwarded) == whose


@given(st.text(max_size=60), st.ip_addresses())
def test_what_a_sender_writes_before_the_proxys_word_changes_nothing(made_up: str, real: Address) -> None:
    told = f"{made_up.encode('ascii', 'replace').decode()}, {real}"
    expected = getattr(real, "ipv4_mapped", None) or real
    if not any(expected in network for network in PROXIES):
        assert Peers(PROXIES).address(scope("10.0.0.1", told)) == expected


@given(st.lists(st.text(max_size=40), max_size=3))
def test_no_header_is_believed_of_who_is_not_trusted(forwarded: list[str]) -> None:
    assert str(Peers(()).address(scope("10.0.0.1", *forwarded))) == "10.0.0.1"


def test_a_proxy_that_nobody_named_is_told_of_once() -> None:
    peers = Peers(())
    with structlog.testing.capture_logs() as logged:
        for _ in range(3):
            peers.address(scope("127.0.0.1", "198.51.100.1"))
        peers.address(scope("198.51.100.9", "198.51.100.1"))
    assert [line["event"] for line in logged] == ["forwarded.not_trusted"]


def test_a_subscriber_of_ipv6_is_one_whatever_their_address() -> None:
    assert counted(ip_address("2001:db8:1:2::1")) == counted(ip_address("2001:db8:1:2:ffff::9"))
    assert counted(ip_address("2001:db8:1:2::1")) != counted(ip_address("2001:db8:1:3::1"))
    assert counted(ip_address("192.0.2.1")) != counted(ip_address("192.0.2.2"))


def test_networks_are_listed_with_commas_and_none_is_trusted_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEATSTREAM_TRUSTED_PROXIES", raising=False)
    assert ApiSettings().trusted_proxies == frozenset()
    monkeypatch.setenv("HEATSTREAM_TRUSTED_PROXIES", " 10.0.0.0/8, ::1,127.0.0.1 ")
    wanted = {"10.0.0.0/8", "::1/128", "127.0.0.1/32"}
    assert {str(network) for network in ApiSettings().trusted_proxies} == wanted
    monkeypatch.setenv("HEATSTREAM_TRUSTED_PROXIES", "10.0.0.1/8")
    with pytest.raises(ValidationError):
        ApiSettings()
