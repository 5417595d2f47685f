"""The gateway through a real nginx and a real Caddy, each with the configuration that is shipped."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import httpx2
import pytest

from deploy.local import machine
from schema.states import Stage
from services.api import gateway as gateways
from services.api.sse.hub import Hub
from services.client.async_gateway import AsyncGateway
from tests.integration.api import proxies
from tests.integration.api.forms import GOOD, PDF, kept, until
from tests.integration.api.proxies import SITE
from tests.integration.api.streams import SSE, watching
from tests.integration.web import response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from uuid import UUID

    from deploy.local.servers import Servers
    from tests.integration.api.conftest import Sent, Serve
    from tests.integration.api.ledger import Ledger
    from tests.integration.api.proxies import Before, Proxy
    from tests.integration.web import Web

PATIENCE_SECONDS = 20


@pytest.fixture
def database_url(module_servers: Servers) -> str:
    """One for all tests here, whose batches are their own."""
    return module_servers.database_url


@pytest.fixture
def amqp_url(module_servers: Servers) -> str:
    return module_servers.amqp_url


@pytest.fixture(params=[proxies.nginx, proxies.caddy], ids=["nginx", "caddy"])
def before(request: pytest.FixtureRequest, state: Path) -> Before:
    return partial(request.param, state)


@asynccontextmanager
async def through(proxy: Proxy, *, http2: bool = False) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the proxy."""
    async with httpx2.AsyncClient(
        base_url=proxy.url, verify=proxy.trust, http1=not http2, http2=http2, timeout=PATIENCE_SECONDS
    ) as client:
        yield client


@asynccontextmanager
async def stream(client: httpx2.AsyncClient, batch_id: UUID) -> AsyncIterator[AsyncIterator[bytes]]:
    """The bytes of a stream behind its greeting, as they come."""
    async with client.stream("GET", f"/api/batches/{batch_id}/events", headers=SSE) as answer:
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert "content-encoding" not in answer.headers
        chunks = answer.aiter_raw()
        assert (await anext(chunks)).endswith(b": connected\n\n")
        yield chunks


async def whole(chunks: AsyncIterator[bytes]) -> bytes:
    """What comes until the line ends, in whichever way."""
    came = b""
    try:
        async for chunk in chunks:
            came += chunk
    except httpx2.RemoteProtocolError:
        return came
    return came


async def connected(proxy: Proxy) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", proxy.port, ssl=proxy.trust, server_hostname=SITE)


async def raw(proxy: Proxy, headers: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A submit whose body is still to be written."""
    reader, writer = await connected(proxy)
    writer.write(f"POST /api/batches HTTP/1.1\r\nHost: {SITE}\r\n{headers}\r\n\r\n".encode())
    return reader, writer


async def test_each_event_comes_before_the_next_is_there_and_a_stream_is_resumed_and_ends(
    api: httpx2.AsyncClient, ledger: Ledger, before: Before
) -> None:
    batch_id = await ledger.submitted()
    with before(api) as proxy:
        async with through(proxy) as client:
            async with watching(client, batch_id) as events:
                for event_id in (2, 3, 4):
                    await ledger.entered(batch_id, Stage.EXTRACTING)
                    assert int((await anext(events)).id) == event_id
            polled = asyncio.create_task(client.get(f"/api/batches/{batch_id}/events?after=4&wait=30"))
            async with watching(client, batch_id, after=3) as events:
                assert int((await anext(events)).id) == 4
                await ledger.over(batch_id)
                assert [int(event.id) async for event in events] == [5]
            ended = await client.get(f"/api/batches/{batch_id}/events", headers={**SSE, "Last-Event-ID": "5"})
            assert [event["eventid"] for event in (await polled).json()["events"]] == [5]
        assert (ended.status_code, ended.content) == (204, b"")


async def test_beats_keep_an_idle_stream(serve: Serve, ledger: Ledger, before: Before) -> None:
    batch_id, silence, beat = await ledger.submitted(), 2, 0.2
    async with serve(beat_seconds=beat) as api:
        with before(api, silence_seconds=silence) as proxy:
            async with through(proxy) as client, stream(client, batch_id) as chunks:
                clock = asyncio.get_running_loop().time
                began, came = clock(), b""
                while clock() - began < 1.5 * silence:
                    came += await anext(chunks)
                assert set(came.split(b"\n\n")) == {b": beat", b""}
                await ledger.entered(batch_id, Stage.EXTRACTING)
                while b"id: 2\n" not in came:
                    came += await anext(chunks)


async def test_without_beats_an_idle_stream_is_cut(serve: Serve, ledger: Ledger, before: Before) -> None:
    batch_id = await ledger.submitted()
    async with serve(beat_seconds=300) as api:
        with before(api, silence_seconds=1) as proxy:
            async with through(proxy) as client, stream(client, batch_id) as chunks:
                assert await whole(chunks) == b""


async def test_many_streams_are_one_connection(api: httpx2.AsyncClient, ledger: Ledger, before: Before) -> None:
    batch_id, many = await ledger.submitted(), 20
    opened = asyncio.Barrier(many + 1)

    async def follow(client: httpx2.AsyncClient) -> list[int]:
        async with watching(client, batch_id) as events:
            await opened.wait()
            return [int(event.id) async for event in events]

    with before(api) as proxy:
        async with through(proxy, http2=True) as client:
            assert (await client.get("/health/live")).http_version == "HTTP/2"
            streams = [asyncio.create_task(follow(client)) for _ in range(many)]
            await opened.wait()
            await ledger.over(batch_id)
            assert await asyncio.gather(*streams) == [[2]] * many


async def test_a_client_that_leaves_is_gone_from_the_hub(
    serve: Serve, ledger: Ledger, before: Before, monkeypatch: pytest.MonkeyPatch
) -> None:
    hubs = list[Hub]()

    def kept_hub(buffer_frames: int) -> Hub:
        hubs.append(Hub(buffer_frames))
        return hubs[0]

    monkeypatch.setattr(gateways, "Hub", kept_hub)
    batch_id = await ledger.submitted()
    async with serve() as api:
        with before(api) as proxy:
            async with through(proxy) as client, watching(client, batch_id):
                assert hubs[0]._topics.keys() == {str(batch_id)}
            await until(lambda: not hubs[0]._topics)


async def test_a_gateway_that_goes_and_comes_back_costs_a_stream_nothing(
    serve: Serve, ledger: Ledger, before: Before, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id, port, heard = await ledger.submitted(), machine.free_port(), list[int]()
    await ledger.started(batch_id)
    with before(port) as proxy:
        monkeypatch.setenv("SSL_CERT_FILE", str(proxy.authority))
        async with AsyncGateway(proxy.url) as client, through(proxy) as direct:

            async def follow() -> None:
                async for news in client.events(batch_id):
                    heard.append(news.id)

            async with serve(http_port=port):
                following = asyncio.create_task(follow())
                await until(lambda: heard == [2])
            assert (await direct.get(f"/api/batches/{batch_id}")).status_code == 502
            await ledger.entered(batch_id, Stage.EXTRACTING)
            await until(lambda: proxy.said.count("502") > 1)  # the client has tried, too
            async with serve(http_port=port):
                await ledger.over(batch_id)
                await following
    assert heard == [2, 3, 4]


async def test_a_sheet_is_with_the_gateway_before_the_next_is_sent(
    api: httpx2.AsyncClient, before: Before, blob_path: Path
) -> None:
    part = b'--cut\r\nContent-Disposition: form-data; name="pdfs"; filename="a.pdf"\r\n\r\n' + PDF + b"\r\n"
    with before(api) as proxy:
        _, writer = await raw(proxy, "Content-Length: 900000\r\nContent-Type: multipart/form-data; boundary=cut")
        writer.write(part + part[:-900])
        await until(lambda: bool(kept(blob_path)))
        writer.transport.abort()
        await until(lambda: not kept(blob_path))


async def test_sheets_are_handed_in(api: httpx2.AsyncClient, sent: Sent, before: Before, blob_path: Path) -> None:
    with before(api) as proxy:
        for number, http2 in enumerate([False, True], 1):
            large = ("pdfs", ("large.pdf", PDF + b"%d" % number * 5_000_000, "application/pdf"))
            async with through(proxy, http2=http2) as client:
                taken = await client.post("/api/batches", files=[*GOOD, large])
            assert taken.status_code == 202, taken.text
            assert (await sent.next()).type == "batch.submit"
            assert len(kept(blob_path)) == 1 + number


async def test_what_is_too_large_the_gateway_refuses_in_its_own_words(serve: Serve, before: Before) -> None:
    async with serve(max_pdfs=1, max_pdf_mb=1) as api:
        with before(api) as proxy:
            reader, writer = await raw(
                proxy, "Content-Length: 8000000\r\nContent-Type: multipart/form-data; boundary=cut"
            )
            writer.write(b"x" * 8_000_000)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 413 ")
            assert b"application/problem+json" in head
            writer.transport.abort()


async def test_what_the_gateway_compresses_comes_as_it_is(api: httpx2.AsyncClient, before: Before) -> None:
    with before(api) as proxy:
        async with through(proxy) as client:
            answer = await client.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json() == (await api.get("/openapi.json")).json()


async def test_a_client_s_word_on_where_it_comes_from_goes_no_further(web: Web, before: Before) -> None:
    web.pages["/"] = response(b"{}")
    lies = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X-Forwarded-Proto": "gopher"}
    with before(web.port) as proxy:
        async with through(proxy) as client:
            assert (await client.get("/", headers=lies)).status_code == 200
    asked = [line.partition(": ") for line in web.requests[0][1:] if line]
    told = [(name.lower(), value) for name, _, value in asked if name.lower() in {"host", *map(str.lower, lies)}]
    assert sorted(told) == [
        ("host", f"{SITE}:{proxy.port}"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", "https"),
    ]


async def test_headers_that_do_not_come_are_not_waited_for(api: httpx2.AsyncClient, before: Before) -> None:
    with before(api, header_seconds=1) as proxy:
        reader, writer = await connected(proxy)
        writer.write(f"GET /health/live HTTP/1.1\r\nHost: {SITE}\r\nX-Slow: ".encode())
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert b"200" not in await reader.read()
        writer.close()


async def test_logs_hold_no_address_of_a_batch_and_browsers_are_sent_to_https(before: Before, ledger: Ledger) -> None:
    batch_id, nobody = await ledger.submitted(), machine.free_port()
    with before(nobody) as proxy:
        async with through(proxy) as client:
            assert (await client.get(f"/api/batches/{batch_id}")).status_code == 502
            plain = await client.get(f"http://{SITE}:{proxy.plain_port}/api/batches/{batch_id}")
        said = proxy.said
    assert (plain.status_code, plain.headers["location"].startswith(f"https://{SITE}")) == (308, True)
    assert "502" in said
    assert str(batch_id) not in said
