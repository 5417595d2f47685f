from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from typing import TYPE_CHECKING

import orjson
import structlog
from pydantic import TypeAdapter, ValidationError

from schema.errors import Rejected
from services.api.discovery.candidates import Page
from services.runtime.confinement import environment

if TYPE_CHECKING:
    from asyncio.subprocess import Process

log = structlog.get_logger()
#: The child has less processor time than this; the rest is for a machine that is busy.
WALL_SECONDS = 8
#: More than all links that a page may have, at their longest.
MOST_ANSWER_BYTES = 8_000_000
#: Children at a time: each may take some hundred megabytes.
AT_ONCE = 2
_PAGE = TypeAdapter(Page)
_CHILD = (sys.executable, "-P", "-m", "services.api.discovery.page_child")


class PageReader:
    """Reads each page in a child process: markup made for it keeps the parser busy for minutes, or takes gigabytes.

    A thread could be neither bounded nor ended. A child costs some 60 ms of processor time.
    """

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def read(self, body: bytes, address: str, content_type: str) -> Page:
        """What a page that came from `address` has. Raises Rejected for one that takes too much."""
        head = orjson.dumps({"address": address, "content_type": content_type}) + b"\n"
        async with self._turns:
            answer, code = await _ask_child(head + body)
        try:
            return _PAGE.validate_json(answer)
        except ValidationError:
            log.warning("page.unreadable", bytes=len(body), exit_code=code)
            raise Rejected(
                "page-unreadable",
                "this page takes more time or memory to read than a page may; open it in a browser, and copy the links"
                " of the PDFs",
            ) from None


async def _ask_child(said: bytes) -> tuple[bytes, int | None]:
    """What a child answers, and its exit code: negative for a signal, None where it had to be ended."""
    child = await asyncio.create_subprocess_exec(
        *_CHILD,
        str(os.getpid()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment(),
    )
    try:
        async with asyncio.timeout(WALL_SECONDS):
            return await _talk(child, said), await child.wait()
    except TimeoutError:
        return b"", None
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def _talk(child: Process, said: bytes) -> bytes:
    """All that the child answers; nothing if that is more than it may."""
    assert child.stdin is not None  # noqa: S101 - both are pipes
    assert child.stdout is not None  # noqa: S101
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it died: its exit code says so
        child.stdin.write(said)
        await child.stdin.drain()
    child.stdin.close()
    try:
        await child.stdout.readexactly(MOST_ANSWER_BYTES)
    except asyncio.IncompleteReadError as whole:
        return whole.partial
    return b""
