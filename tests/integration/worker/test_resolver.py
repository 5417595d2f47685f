"""Downloads through the system's own resolver, which asks a name server that plays tricks."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import sys
import time
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from schema.states import ErrorCode
from tests.integration.worker.island import PUBLIC

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Mapping, Sequence

ROOT = Path(__file__).parents[3]
LINK = "http://sheets.test/sheet.pdf"
#: What glibc takes to give up a name server that does not answer: 5 s, twice.
GIVES_UP_SECONDS = 10
V6_HOME = pytest.param("::1", marks=pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no IPv6 here"))
#: Namespaces of its own: for root, or for whoever may have a user namespace.
_ALONE = ["unshare", "--mount", "--net", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]


class Outcome(NamedTuple):
    outcome: str
    asked: list[str]
    reached: list[str]


class Island:
    def __init__(self, process: Process) -> None:
        self._process = process

    async def download(
        self,
        answers: Mapping[str, Sequence[str | None]],
        link: str = LINK,
        *,
        allowed: Sequence[str] = (),
        seconds: float = 8,
    ) -> Outcome:
        """What becomes of a download, when `sheets.test` is answered so; by record type."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        zone = {f"{kind} sheets.test": each for kind, each in answers.items()}
        order = {"link": link, "allowed": list(allowed), "seconds": seconds, "answers": zone}
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return Outcome(**json.loads(await self._process.stdout.readline()))

    async def end(self) -> int:
        assert self._process.stdin is not None
        self._process.stdin.close()
        return await self._process.wait()


@asynccontextmanager
async def opened() -> AsyncIterator[Island]:
    pipe = asyncio.subprocess.PIPE
    command = [*_ALONE, sys.executable, "-m", "tests.integration.worker.island"]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe)
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"settled\n"
        yield Island(process)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@pytest.fixture(scope="module", autouse=True)
async def allowed() -> None:
    """Covering the resolver's files, in a namespace where nobody else sees it, is what a container may refuse."""
    if shutil.which("unshare") is None:
        pytest.skip("this system has no namespaces (unshare)")
    cover = "for file in resolv nsswitch; do mount --bind /etc/$file.conf /etc/$file.conf || exit 1; done"
    pipe = asyncio.subprocess.PIPE
    tried = await asyncio.create_subprocess_exec(*_ALONE, "sh", "-c", cover, stderr=pipe)
    _, why = await tried.communicate()
    if tried.returncode:
        pytest.skip(f"namespaces are refused here: {why.decode().strip()}")


@pytest.fixture(scope="module")
async def island(allowed: None) -> AsyncIterator[Island]:  # noqa: ARG001 - after it
    async with opened() as open_island:
        yield open_island


def record(*data: str) -> str:
    """Records of `sheets.test`, an IPv4 or IPv6 address each, that nobody may keep."""
    return "\n".join(f"sheets.test. 0 IN {kind_of(each)} {ip_address(each).exploded}" for each in data)


def kind_of(address: str) -> str:
    return "AAAA" if ":" in address else "A"


async def test_a_public_name_is_fetched_from_after_one_look_up(island: Island) -> None:
    found = await island.download({"A": [record(PUBLIC), record("127.0.0.1")]})
    assert found == ("whole", ["A sheets.test", "AAAA sheets.test"], [PUBLIC])


async def test_a_name_that_answers_differently_the_second_time_gets_nowhere(island: Island) -> None:
    found = await island.download({"A": [record(PUBLIC), record("127.0.0.1")]}, "http://sheets.test/again")
    assert found == (ErrorCode.BLOCKED_URL, ["A sheets.test"] * 2 + ["AAAA sheets.test"] * 2, [PUBLIC])


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "168.63.129.16", V6_HOME])
async def test_without_the_guard_it_would_get_there(island: Island, address: str) -> None:
    """What is guarded against is real on this island, or the tests beside this one could not fail."""
    answers = {kind_of(address): [record(address)]}
    found = await island.download(answers, "http://sheets.test/again", allowed=["sheets.test"])
    assert (found.outcome, found.reached) == ("whole", [address, address])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.0.0.53",
        "0.0.0.0",  # noqa: S104 - an address that must not be fetched from
        "10.1.2.3",
        "100.64.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "168.63.129.16",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:10.1.2.3",
        "::ffff:11.22.33.44",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::a01:203",
        "64:ff9b:1::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "fe80::1",
        "fd00:ec2::254",
        "ff02::1",
    ],
)
async def test_a_name_of_a_place_that_is_not_public_is_blocked(island: Island, address: str) -> None:
    alone = await island.download({kind_of(address): [record(address)]})
    assert (alone.outcome, alone.reached) == (ErrorCode.BLOCKED_URL, [])
    beside = {"A": [record(PUBLIC)], "AAAA": [record(address)]} if ":" in address else {"A": [record(PUBLIC, address)]}
    mixed = await island.download(beside)
    assert (mixed.outcome, mixed.reached) == (ErrorCode.BLOCKED_URL, [])


async def test_a_name_that_stands_for_a_private_one_is_blocked(island: Island) -> None:
    alias = "sheets.test. 0 IN CNAME inside.test.\ninside.test. 0 IN A 10.1.2.3"
    found = await island.download({"A": [alias]})
    assert (found.outcome, found.reached) == (ErrorCode.BLOCKED_URL, [])


@pytest.mark.parametrize(
    ("answer", "code"),
    [("NXDOMAIN", ErrorCode.NOT_FOUND), ("", ErrorCode.NOT_FOUND), ("SERVFAIL", ErrorCode.NETWORK_ERROR)],
)
async def test_a_name_without_an_address_has_its_code(island: Island, answer: str, code: ErrorCode) -> None:
    found = await island.download({"A": [answer], "AAAA": [answer]})
    assert (found.outcome, found.reached) == (code, [])


async def test_a_silent_name_server_is_a_timeout_and_holds_up_nothing_else() -> None:
    """Neither the next download nor the end of the process."""
    async with opened() as island:
        begun = time.monotonic()
        silent = await island.download({"A": [None], "AAAA": [None]}, seconds=0.5)
        assert (silent.outcome, silent.reached) == (ErrorCode.TIMEOUT, [])
        assert (await island.download({"A": [record(PUBLIC)]})).outcome == "whole"
        assert await island.end() == 0
        assert time.monotonic() - begun < GIVES_UP_SECONDS
