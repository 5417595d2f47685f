from __future__ import annotations

import asyncio
import resource
from typing import TYPE_CHECKING

import pytest

from services.runtime import http
from services.runtime.connections import ANSWERED_MORE, OTHER_FILES, WHOLE, fitting

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

OTHERS = ANSWERED_MORE + OTHER_FILES


@pytest.mark.parametrize(
    ("soft", "hard", "fit", "asked_for"),
    [
        (1024, resource.RLIM_INFINITY, 10_000, 10_000 + OTHERS),
        (1024, 524_288, 10_000, 10_000 + OTHERS),
        (1024, 4096, 4096 - OTHERS, 4096),
        (65_536, 65_536, 10_000, None),
        (100, 100, 1, None),
    ],
)
def test_as_many_connections_as_the_process_may_have_files(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, fit: int, asked_for: int | None
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, both: asked.append(both[0]))
    assert fitting(10_000) == fit
    assert asked == ([] if asked_for is None else [asked_for])


def test_where_a_system_gives_no_more_files_than_it_told_fewer_connections_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda _: (2000, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert fitting(10_000) == 2000 - OTHERS


@pytest.mark.parametrize(("sent", "whole"), [(b"all of it", b"yes"), (b"a part", b"no"), (b"", b"no")])
async def test_a_body_is_called_whole_when_its_end_is_there(sent: bytes, whole: bytes) -> None:
    async def app(scope: Scope, _: Receive, send: Send) -> None:
        body = b"yes" if WHOLE in scope.get("extensions", ()) else b"no"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async with http.serve(app, "127.0.0.1", 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = b"POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 9\r\n\r\n"
        writer.write(head + sent)
        async with asyncio.timeout(10):
            answer = await reader.read()
        writer.close()
    assert answer.endswith(b"\r\n" + whole + b"\r\n0\r\n\r\n")
