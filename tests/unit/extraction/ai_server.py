"""A server that speaks as much of OpenAI's API as is used: files, and chat completions with structured output."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import orjson
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from services.runtime import http

if TYPE_CHECKING:
    from starlette.requests import Request

Reply = Callable[[], Awaitable[Response]]
SWIM: dict[str, Any] = {
    "kind": "individual",
    "session": None,
    "session_date": "2026-07-11",
    "event_number": "12",
    "event_name": "Girls 11-12 100 Free",
    "round": None,
    "heat_number": 3,
    "heat_count": 4,
    "heat_start_time": "9:35",
    "lane": 5,
    "swimmer_name": "Quill, Nora",
    "relay_leg": None,
    "age": 12,
    "birth_year": None,
    "team": "SEAL",
    "seed_time": "1:05.52",
    "page": 2,
}
MEET: dict[str, Any] = {
    "meet_name": "Spring Open",
    "venue": None,
    "session_date": None,
    "meet_date_start": "2026-07-11",
    "meet_date_end": None,
}


def completion(content: str | None, finish_reason: str = "stop", refusal: str | None = None) -> Response:
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return JSONResponse(
        {
            "id": "chat-1",
            "object": "chat.completion",
            "created": 1,
            "model": "reader",
            "choices": [{"index": 0, "finish_reason": finish_reason, "message": message}],
        }
    )


def refused(status: int, message: str = "no", **headers: str) -> Reply:
    async def reply() -> Response:
        body = {"error": {"message": message, "type": "error", "param": None, "code": None}}
        return JSONResponse(body, status, {name.replace("_", "-"): value for name, value in headers.items()})

    return reply


def said(content: str | None, finish_reason: str = "stop", refusal: str | None = None) -> Reply:
    async def reply() -> Response:
        return completion(content, finish_reason, refusal)

    return reply


def raw(body: bytes) -> Reply:
    async def reply() -> Response:
        return Response(body, media_type="application/json")

    return reply


class AiServer:
    """Answers as scripted by `replies` and `upload_replies`, or else well, with `swims`; once `gate` is open.

    `now` is how many requests are under way, `most` how many there ever were, `given_up` how many of them who asked
    did not wait for.
    """

    def __init__(self) -> None:
        self.port = 0
        self.swims: list[dict[str, Any]] = [SWIM]
        self.replies: deque[Reply] = deque()
        self.upload_replies: deque[Reply] = deque()
        self.uploads: list[tuple[str, bytes]] = []
        self.questions: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.files: set[str] = set()
        self.over = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.now = self.most = self.given_up = 0
        self._changed = asyncio.Condition()

    async def until(self, seen: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(seen)

    def counted(self, reply: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """The same endpoint, held back while the gate is closed and somebody waits for it."""

        async def endpoint(request: Request) -> Response:
            self.now += 1
            self.most = max(self.most, self.now)
            try:
                await self._tell()
                await request.body()  # whole, before it is heard that who asked has left
                opened, left = asyncio.ensure_future(self.gate.wait()), asyncio.ensure_future(request.receive())
                await asyncio.wait((opened, left), return_when=asyncio.FIRST_COMPLETED)
                self.given_up += not opened.done()
                opened.cancel()
                left.cancel()
                return await reply(request)
            finally:
                self.now -= 1
                await self._tell()

        return endpoint

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def stalled(self) -> Reply:
        """Begins an answer and sends a blank now and then, which a clock of silences does not notice."""

        async def body() -> AsyncIterator[bytes]:
            yield b"{"
            while not self.over.is_set():
                yield b" "
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.over.wait(), 0.05)

        async def reply() -> Response:
            return StreamingResponse(body(), media_type="application/json")

        return reply

    async def take_file(self, request: Request) -> Response:
        self.keys.append(request.headers["authorization"])
        async with request.form() as form:
            file = form["file"]
            assert isinstance(file, UploadFile)
            self.uploads.append((file.filename or "", await file.read()))
            seconds = int(str(form["expires_after[seconds]"]))
            assert (form["purpose"], form["expires_after[anchor]"]) == ("user_data", "created_at")
        if self.upload_replies:
            return await self.upload_replies.popleft()()
        name = f"file-{len(self.uploads)}"
        self.files.add(name)
        return JSONResponse(
            {
                "id": name,
                "object": "file",
                "bytes": len(self.uploads[-1][1]),
                "created_at": int(time.time()),
                "expires_at": int(time.time()) + seconds,
                "filename": self.uploads[-1][0],
                "purpose": "user_data",
                "status": "processed",
            }
        )

    async def complete(self, request: Request) -> Response:
        asked = orjson.loads(await request.body())
        self.questions.append(asked)
        if self.replies:
            return await self.replies.popleft()()
        parts = asked["messages"][0]["content"]
        if any(part["type"] == "file" and part["file"]["file_id"] not in self.files for part in parts):
            return await refused(404, "No such File object")()
        return completion(orjson.dumps({**MEET, "swims": self.swims}).decode())


@asynccontextmanager
async def ai_serving() -> AsyncIterator[AiServer]:
    server = AiServer()
    routes = [
        Route("/v1/files", server.counted(server.take_file), methods=["POST"]),
        Route("/v1/chat/completions", server.counted(server.complete), methods=["POST"]),
    ]
    async with http.serve(Starlette(routes=routes), "127.0.0.1", 0, stop_seconds=1) as server.port:
        try:
            yield server
        finally:
            server.over.set()
