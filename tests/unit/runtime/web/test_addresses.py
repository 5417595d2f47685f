from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.errors import JobFault
from schema.states import ErrorCode
from services.runtime.web.addresses import checked_addresses, checked_url, exempt, is_public

V4 = st.integers(0, 2**32 - 1).map(IPv4Address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - an address that must not be fetched from
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:10::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "2a00::5efe:10.0.0.1",
        "2a00::200:5efe:8.8.8.8",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "2600::1%eth0",
        "fec0::1",
        "ff02::1",
        "",
        "localhost",
        "0x7f.1",
        "2130706433",
        "0177.0.0.1",
        "127.1",
        "8.8.8.8 ",
    ],
)
def test_an_address_off_the_public_internet_is_no_public_one(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.32.0.0", "2606:4700::1111", "2a00::1"]
)
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


@given(V4)
def test_no_ipv4_address_hides_in_an_ipv6_one(address: IPv4Address) -> None:
    number = int(address)
    for disguise in (
        IPv6Address(number),
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address(0x64FF9B << 96 | number),
        IPv6Address(0x64FF9B0001 << 80 | number),
        IPv6Address(0x2002 << 112 | number << 80),
        IPv6Address(0x20010000 << 96 | number),
    ):
        assert not is_public(str(disguise))


@given(V4)
def test_what_python_calls_private_is_refused(address: IPv4Address) -> None:
    if address.is_private or address.is_multicast or address.is_reserved or address in IPv4Network("100.64.0.0/10"):
        assert not is_public(str(address))


@given(st.text(max_size=40))
def test_no_text_makes_the_check_of_an_address_fail(text: str) -> None:
    if is_public(text):
        assert text == text.strip()


@pytest.mark.parametrize(
    "link",
    [
        "ftp://example.com/a.pdf",
        "file:///etc/passwd",
        "gopher://example.com/",
        "//example.com/a.pdf",
        "example.com/a.pdf",
        "http://user:secret@example.com/",
        "http://user@example.com/",
        "http://127.0.0.1\\@example.com/",
        "http://example.com:8080/",
        "http://example.com:22/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://",
        "http:///a.pdf",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://example.1/",
        "http://[fe80::1%25eth0]/",
        "http://[::1/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://①②⑦.0.0.1/",
        "http://exa mple.com/",
        "http://a%2eb/",
        "http://a..b/",
        "http://-a.com/",
        "http://" + "a" * 64 + ".com/",
        "http://" + "a." * 127 + "com/",
    ],
)
def test_a_link_of_a_bad_form_is_refused(link: str) -> None:
    with pytest.raises(JobFault) as refused:
        checked_url(link)
    assert refused.value.code is ErrorCode.BLOCKED_URL


@pytest.mark.parametrize(
    "link",
    [
        "http://example.com/a.pdf",
        "https://example.com:443/a b.pdf?c=d#e",
        "http://example.com:443/",
        "HTTPS://EXAMPLE.com./",
        "http://bücher.example/",
        "http://8.8.8.8/",
        "http://[2606:4700::1111]/",
        "http://my_host.example/",
    ],
)
def test_a_link_of_a_good_form_passes(link: str) -> None:
    assert checked_url(link).raw_host


@given(st.text(max_size=60))
def test_any_text_is_a_link_or_refused(text: str) -> None:
    for link in (text, f"http://{text}", f"http://{text}/a.pdf"):
        try:
            url = checked_url(link)
        except JobFault as refused:
            assert refused.code is ErrorCode.BLOCKED_URL  # noqa: PT017 - both ends are fine
        else:
            assert url.raw_host
            assert not url.userinfo


@pytest.mark.parametrize("addresses", [[], ["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["2606:4700::1111", "::1"]])
def test_one_bad_address_refuses_the_host(addresses: list[str]) -> None:
    with pytest.raises(JobFault) as refused:
        checked_addresses(addresses)
    assert refused.value.code is ErrorCode.BLOCKED_URL


@pytest.mark.parametrize(
    ("link", "allowed", "expected"),
    [
        ("http://sheets.intranet/", {"sheets.intranet"}, True),
        ("https://sheets.intranet/", {"sheets.intranet"}, True),
        ("http://sheets.intranet:8080/", {"sheets.intranet"}, False),
        ("http://sheets.intranet:8080/", {"sheets.intranet:8080"}, True),
        ("http://sheets.intranet/", {"sheets.intranet:8080"}, False),
        ("http://more.sheets.intranet/", {"sheets.intranet"}, False),
        ("http://[::1]:9000/", {"[::1]:9000"}, True),
        ("http://127.0.0.1:9000/", {"127.0.0.1:9001"}, False),
    ],
)
def test_only_the_named_host_and_port_are_exempt(link: str, allowed: set[str], *, expected: bool) -> None:
    assert exempt(httpx2.URL(link), frozenset(allowed)) is expected


def test_an_exempt_host_may_have_a_port_of_its_own() -> None:
    assert checked_url("http://127.0.0.1:9000/", frozenset({"127.0.0.1:9000"})).port == 9000
