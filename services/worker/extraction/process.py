"""One child of the fork server, seen by the service: hand it its PDF, read its answer, know its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import select
import socket
import tempfile
from typing import TYPE_CHECKING

from services.worker.extraction.child import FATE_BYTES, LENGTH_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from services.worker.extraction.limits import Limits

_CHUNK = 256 * 1024


class TooLong(Exception):
    """A child wants to write more than it may."""


class Lost(Exception):
    """The fork server went, and the child with it."""


class Died(Exception):
    """A child came to its end without a whole answer; `code` is its exit code, negative for a signal."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exit code {code}")
        self.code = code


class Child:
    """A process that is there for one PDF and waits for it. `end` is due whatever happens, and kills it."""

    def __init__(self, control: socket.socket) -> None:
        """Ask the fork server behind `control` for one; takes some 0.1 ms here. Raises OSError when it is gone."""
        self._talk, theirs = socket.socketpair()
        self._fate, reaper = socket.socketpair()
        self._talk.settimeout(0)
        self._fate.settimeout(0)
        with theirs, reaper:
            try:
                socket.send_fds(control, [b"+"], [theirs.fileno(), reaper.fileno()])
            except OSError:
                self.end()
                raise

    @property
    def is_over(self) -> bool:
        """Whether it died while it waited: its end of the line closes at once, and its fate is told some time after."""
        return bool(select.select([self._talk, self._fate], [], [], 0)[0])

    def begin(self, work: Callable[[bytes, Limits], bytes], pdf: bytes) -> None:
        """Hand over a piece of work, a function of some module or a partial of one, and its bytes."""
        function = pickle.dumps(work)
        with _descriptor(function, pdf) as source, contextlib.suppress(BrokenPipeError):  # it died: its result says so
            socket.send_fds(self._talk, [len(function).to_bytes(LENGTH_BYTES, "big")], [source])

    async def result(self, most: int) -> tuple[bytes, bytes]:
        """What became of the work: the kind of answer, and the answer.

        It is whole when it is here, so nobody waits for the child's exit. Raises Died, Lost, and TooLong if it would
        have more than `most` bytes.
        """
        head = await self._read(1 + LENGTH_BYTES)
        length = int.from_bytes(head[1:], "big")
        if length > most:
            raise TooLong
        return bytes(head[:1]), bytes(await self._read(length))

    def end(self) -> None:
        """Have it killed unless it is over, and give back what it held here."""
        self._talk.close()
        self._fate.close()

    async def _read(self, size: int) -> bytearray:
        loop, found = asyncio.get_running_loop(), bytearray()
        while len(found) < size:
            try:
                chunk = await loop.sock_recv(self._talk, min(_CHUNK, size - len(found)))
            except ConnectionResetError:  # it died with its request unread
                chunk = b""
            if not chunk:
                raise await self._death()
            found += chunk
        return found

    async def _death(self) -> Died | Lost:
        fate = await asyncio.get_running_loop().sock_recv(self._fate, FATE_BYTES)
        return Died(int.from_bytes(fate, "big", signed=True)) if fate else Lost()


@contextlib.contextmanager
def _descriptor(*parts: bytes) -> Iterator[int]:
    """A file without a name that holds these bytes; in memory where the platform can."""
    with (
        open(os.memfd_create("pdf"), "w+b")  # noqa: PTH123 - a descriptor has no path
        if hasattr(os, "memfd_create")
        else tempfile.TemporaryFile()
    ) as file:
        file.writelines(parts)
        file.flush()
        yield file.fileno()
