from __future__ import annotations

import json
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Answer:
    """`cut` ends the connection in the middle of the body."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    cut: bool = False
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class ScriptedGateway:
    """A gateway on a real socket that answers what it was told to, and keeps what it was asked.

    Answers to the same "METHOD path" are used up in their order; the last one stays.
    """

    url: str
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))

    def says(self, what: str, document: object, status: int = 200, **headers: str) -> None:
        self.answers[what].append(Answer(json.dumps(document).encode(), status, headers=headers))

    def streams(self, what: str, *events: tuple[int | str, str, dict[str, Any]], cut: bool = False) -> None:
        lines = [f"id: {number}\nevent: {name}\ndata: {json.dumps(data)}\n\n" for number, name, data in events]
        self.answers[what].append(Answer("".join([": beat\n\n", *lines]).encode(), 200, "text/event-stream", cut))

    def headers_of(self, what: str) -> list[dict[str, str]]:
        return [headers for asked, headers, _ in self.asked if asked == what]


@pytest.fixture
def gateway() -> Iterator[ScriptedGateway]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            what = f"{self.command} {self.path}"
            script.asked.append((what, {name.lower(): value for name, value in self.headers.items()}, body))
            left = script.answers[what]
            answer = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(answer.status)
            for header in answer.headers.items():
                self.send_header(*header)
            if answer.status != 204:
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(answer.body) + (1000 if answer.cut else 0)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = _answer  # noqa: N815 - the names that the server calls

        def log_message(self, *_: object) -> None:
            """Say nothing: a test reads its output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        script = ScriptedGateway(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield script
        finally:
            server.shutdown()
            thread.join()
