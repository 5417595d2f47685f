"""Peers that stall, at a real gateway in its own process: each loses its connection, and nobody else notices."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from typing import TYPE_CHECKING

from tests.integration.api.forms import kept
from tests.integration.api.ledger import SWIM
from tests.integration.api.test_process import running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.integration.api.forms import kept
from tests.integration.api.ledger import Ledger

PATIENCE_SECONDS = 30
BLINK_SECONDS = 0.1
SHORT = {
    "HEATSTREAM_HEAD_SECONDS": "1",
    "HEATSTREAM_IDLE_SECONDS": "1",
    "HEATSTREAM_BODY_SILENCE_SECONDS": "1",
    "HEATSTREAM_READER_SECONDS": "2",
}
HOST = b"Host: swims.example\r\n"
FORM = b"Content-Type: multipart/form-data; boundary=b\r\n"


#: A PDF of which enough has come for the store to begin with it.
BEGUN = b'--b\r\nContent-Disposition: form-data; name="pdfs"; filename="a.pdf"\r\n\r\n%PDF-1.7' + b"x" * 5000


async def drip(piece: bytes) -> AsyncIterator[bytes]:
    """A little, often enough that the line is never silent."""
    while True:
        yield piece
        await asyncio.sleep(BLINK_SECONDS)


async def once(whole: bytes) -> AsyncIterator[bytes]:
    yield whole


async def said(port: int, begin: bytes, then: AsyncIterator[bytes] | None = None) -> bytes:
    """Everything that the gateway answers until it hangs up, to a peer that goes on and on."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def go_on() -> None:
        async for piece in then or once(b""):
            writer.write(piece)
            await writer.drain()

    writer.write(begin)
    going = asyncio.create_task(go_on())
    answer = b""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while piece := await reader.read(65536):
                answer += piece
    except ConnectionResetError:
        pass
    finally:
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        writer.transport.abort()
    return answer


def refused(answer: bytes) -> tuple[int, str]:
    """The status and the slug of the one refusal in an answer, which is a whole one."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    assert b"connection: close" in lines
    assert b"content-type: application/problem+json" in lines
    assert b"content-length: %d" % len(body) in lines
    assert b"x-content-type-options: nosniff" in lines
    return int(head.split()[1]), body.split(b"/problems/")[1].split(b'"')[0].decode()


async def test_who_stalls_is_cut_and_others_are_served(
    database_url: str, amqp_url: str, blob_path: Path, ledger: Ledger
) -> None:
    batch_id = await ledger.submitted()
    code = await ledger.completed(batch_id, 1, *[SWIM] * 20_000)
    async with running(database_url, amqp_url, blob_path, **SHORT) as (process, client):
        port = client.base_url.port
        assert port is not None
        reader = asyncio.create_task(never_reads(port, f"/result/{code}"))
        stalled = asyncio.gather(
            said(port, b"GET / HTTP/1.1\r\n" + HOST, drip(b"X-Slow: 1\r\n")),
            said(port, b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: ", drip(b"a" * 10_000)),
            said(port, b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: " + b"a" * 33_000 + b"\r\n\r\n"),
            said(port, b"POST /api/batches HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: 9000\r\n\r\n" + BEGUN),
            said(port, b"\x1b[31mGIBBERISH\x00\r\n\r\n"),
            said(port, b""),
            said(port, b"", drip(b"\r\n")),
            said(port, b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Content-Length: 9000\r\n\r\n", drip(b"x")),
            said(port, b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n"),
        )
        others = []
        while not (stalled.done() and reader.done()):
            began = time.monotonic()
            assert (await client.get(f"/api/batches/{batch_id}")).status_code == 200
            others.append(time.monotonic() - began)
            await asyncio.sleep(BLINK_SECONDS)
        head, endless, long, body, nonsense, silent, blank, unread, idle = await stalled
        await reader
        process.terminate()
        assert process.stderr is not None
        logged = (await process.stderr.read()).decode()
    assert refused(head) == (408, "too-slow")
    assert refused(endless) == refused(long) == (431, "head-too-large")
    assert refused(body) == (408, "too-slow")
    assert refused(nonsense) == (400, "bad-http")
    assert silent == blank == b""
    assert unread.startswith(b"HTTP/1.1 404 ")
    assert unread.count(b"HTTP/1.1") == idle.count(b"HTTP/1.1") == 1
    assert others
    assert kept(blob_path) == set(), "nothing of what broke off"
    assert all(line.isprintable() for line in logged.split("\n"))
    told = [json.loads(line)["event"] for line in logged.splitlines()]
    assert told.count("connection.never_reads") == told.count("body.too_slow") == 1
    assert told.count("connection.refused") == 4


async def never_reads(port: int, path: str) -> None:
    """Ask for a long answer, take nothing of it, and return when the gateway has given up."""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.setblocking(False)  # noqa: FBT003 - as the socket has it
        loop = asyncio.get_running_loop()
        await loop.sock_connect(line, ("127.0.0.1", port))
        await loop.sock_sendall(line, b"GET " + path.encode() + b" HTTP/1.1\r\n" + HOST + b"\r\n")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == 1:  # noqa: ASYNC110 - established; the kernel tells nobody
                await asyncio.sleep(BLINK_SECONDS)
