"""What one address, and all together, may ask of a gateway: over real sockets."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx2
import pytest

from tests.integration.api.forms import GOOD, LINK, kept, refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.integration.api.conftest import Sent, Serve
    from tests.integration.api.ledger import Ledger

PROXY: dict[str, Any] = {"trusted_proxies": "127.0.0.0/8"}


def told(answer: httpx2.Response) -> dict[str, int]:
    """`r` and `t` of the one policy that an answer tells, `q` and `w` with them."""
    both = answer.headers["ratelimit"] + answer.headers["ratelimit-policy"]
    return {name: int(number) for name, number in re.findall(r";(\w)=(\d+)", both)}


async def test_an_address_that_asks_too_much_is_told_when_to_come_back_and_others_are_served(serve: Serve) -> None:
    nobodys = f"/api/batches/{uuid4()}"
    async with serve(requests_a_minute=3, read_after_write_seconds=0, **PROXY) as api:
        answers = [await api.get(nobodys, headers={"X-Forwarded-For": "192.0.2.1"}) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
        assert [told(answer)["r"] for answer in answers] == [2, 1, 0, 0]
        assert refusal(answers[-1]) == (429, "too-many-requests")
        assert answers[-1].headers["retry-after"] == str(told(answers[-1])["t"])
        assert 1 <= told(answers[-1])["t"] <= 20
        assert (await api.get(nobodys, headers={"X-Forwarded-For": "192.0.2.2"})).status_code == 404
        assert (await api.get(nobodys, headers={"X-Forwarded-For": "192.0.2.9, 192.0.2.1"})).status_code == 429
        for free in ("/health/live", "/health/ready", "/web/x/style.css"):
            assert (await api.get(free, headers={"X-Forwarded-For": "192.0.2.1"})).status_code == 200


async def test_no_header_makes_another_address_of_a_peer_that_is_not_trusted(serve: Serve) -> None:
    async with serve(requests_a_minute=3) as api:
        asked = [await api.get("/api/batches/7", headers={"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(4)]
    assert [answer.status_code for answer in asked] == [400, 400, 400, 429]


async def test_each_sheet_of_each_swimmer_counts_and_what_is_refused_leaves_nothing(
    serve: Serve, blob_path: Path
) -> None:
    two = {"swimmers": ["Maya Lindqvist", "Greta Nyquister"], "urls": [LINK, f"{LINK}?2"]}
    async with serve(sheets_a_minute=5) as api:
        taken = await api.post("/api/batches", json=two)
        assert (taken.status_code, told(taken)["r"], told(taken)["q"]) == (202, 1, 5)
        too_many = await api.post("/api/batches", json=two)
        assert refusal(too_many) == (429, "too-many-requests")
        assert len(too_many.headers.get_list("ratelimit")) == 1
        assert (await api.post("/api/batches", files=GOOD)).status_code == 202
        before = kept(blob_path)
        refused = await api.post("/api/batches", files=GOOD)
        assert refusal(refused) == (429, "too-many-requests")
        assert refused.headers["retry-after"] == "12"
        assert len(refused.headers.get_list("ratelimit")) == 1
        assert kept(blob_path) == before
        assert (await api.get("/")).status_code == 200


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.9, 192.0.2.1", "192.0.2.1"),
        ("2001:db8::7", "2001:db8::7"),
        ("not an address", "127.0.0.1"),
        ("<script>alert(1)</script>", "127.0.0.1"),
    ],
)
async def test_a_batch_is_of_the_address_that_is_counted(
    serve: Serve, sent: Sent, forwarded: str, address: str
) -> None:
    async with serve(**PROXY) as api:
        await api.post(
            "/api/batches", json={"swimmer": "Maya Lindqvist", "urls": [LINK]}, headers={"X-Forwarded-For": forwarded}
        )
    assert f'"client_ip":"{address}"'.encode() in (await sent.next()).body


async def test_nothing_is_counted_where_the_settings_say_so(serve: Serve) -> None:
    none: dict[str, Any] = dict.fromkeys(
        ("requests_a_minute", "sheets_a_minute", "discoveries_a_minute", "streams_a_minute", "streams_an_address"), 0
    )
    async with serve(**none) as api:
        answer = await api.get("/")
    assert "ratelimit" not in answer.headers


async def test_discoveries_have_a_count_of_their_own(serve: Serve) -> None:
    async with serve(discoveries_a_minute=1) as api:
        asked = [await api.post("/api/discover", json={"url": "http://127.0.0.1/"}) for _ in range(2)]
        assert [refusal(answer)[1] for answer in asked] == ["link-blocked", "too-many-requests"]
        assert (await api.get("/")).status_code == 200


async def test_streams_are_counted_as_they_open_and_while_they_are_open(serve: Serve, ledger: Ledger) -> None:
    address = f"/api/batches/{await ledger.submitted()}/events"
    headers = {"Accept": "text/event-stream"}
    async with serve(streams_an_address=2, streams_a_minute=4) as api:
        async with AsyncExitStack() as held:
            for _ in range(2):
                stream = await held.enter_async_context(api.stream("GET", address, headers=headers))
                assert stream.status_code == 200
            third = await api.get(address, headers=headers)
            assert refusal(third) == (429, "too-many-streams")
            assert third.headers["retry-after"]
        async with asyncio.timeout(20):  # a stream that ends is noticed in a moment
            while (answer := await seen(api, address)) == "too-many-streams":
                pass
        assert answer in ("open", "too-many-requests")


async def seen(api: httpx2.AsyncClient, address: str) -> str:
    async with api.stream("GET", address, headers={"Accept": "text/event-stream"}) as stream:
        if stream.status_code == 200:
            return "open"
        await stream.aread()
        return refusal(stream)[1]


async def test_beyond_the_connections_that_fit_the_answer_is_a_refusal_and_health_is_told(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.runtime.connections.ANSWERED_MORE", 3)
    async with serve(connections_at_once=10, **PROXY) as api, AsyncExitStack() as held:
        await api.get("/")
        for _ in range(10):
            _, writer = await asyncio.open_connection("127.0.0.1", api.base_url.port)
            held.callback(close, writer)
        async with httpx2.AsyncClient(base_url=api.base_url) as late:
            assert (await late.get("/health/ready")).status_code == 200
            refused = await late.get("/")
        assert refusal(refused) == (503, "too-many-connections")
        assert refused.headers["retry-after"]
        assert refused.headers["x-content-type-options"] == "nosniff"
        unheard = []
        for _ in range(4):
            reader, writer = await asyncio.open_connection("127.0.0.1", api.base_url.port)
            held.callback(close, writer)
            unheard.append(asyncio.create_task(nothing_is_said(reader)))
        async with asyncio.timeout(20):
            await asyncio.wait(unheard, return_when=asyncio.FIRST_COMPLETED)
        await held.aclose()
        await asyncio.gather(*unheard)
        async with asyncio.timeout(20):
            while (await api.get("/")).status_code != 200:
                pass


async def test_one_address_leaves_a_quarter_of_the_connections_to_others_and_a_proxy_none(serve: Serve) -> None:
    for trusted, status in (("", 503), ("127.0.0.0/8", 200)):
        async with serve(connections_at_once=16, trusted_proxies=trusted) as api, AsyncExitStack() as held:
            for _ in range(12):
                _, writer = await asyncio.open_connection("127.0.0.1", api.base_url.port)
                held.callback(close, writer)
            async with httpx2.AsyncClient(base_url=api.base_url) as late:
                assert (await late.get("/")).status_code == status


async def nothing_is_said(reader: asyncio.StreamReader) -> None:
    """Return when the gateway hangs up."""
    with suppress(ConnectionResetError):
        assert await reader.read() == b""


def close(writer: asyncio.StreamWriter) -> None:
    writer.close()


async def test_uploads_take_turns(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.api.turns.WAIT_SECONDS", 0.2)
    begun = asyncio.Event()

    async def never_done() -> AsyncIterator[bytes]:
        yield b"--b\r\n"
        begun.set()
        await asyncio.Event().wait()

    form = {"Content-Type": "multipart/form-data; boundary=b"}
    async with serve(uploads_at_once=1) as api:
        first = asyncio.create_task(api.post("/api/batches", content=never_done(), headers=form))
        await begun.wait()
        while not (refused := await api.post("/api/batches", files=GOOD)).is_error:
            pass  # the first one has not got its turn yet
        assert refusal(refused) == (503, "uploads-busy")
        links = {"swimmer": "Maya Lindqvist", "urls": [LINK]}
        assert (await api.post("/api/batches", json=links)).status_code == 202
        first.cancel()
        await asyncio.wait({first})
        async with asyncio.timeout(20):
            while (await api.post("/api/batches", files=GOOD)).status_code != 202:
                pass
