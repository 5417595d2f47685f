"""One child of the fork server: start it, read its answer without blocking the loop, and see it end."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import tempfile
from multiprocessing.reduction import DupFd
from typing import TYPE_CHECKING, Any

from services.worker.extraction import child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from services.worker.extraction.limits import Limits

_FORK_SERVER = multiprocessing.get_context("forkserver")
_CHUNK = 256 * 1024


class TooLong(Exception):
    """A child wrote more than it may."""


class Child:
    """A running child. Leaving `ended` kills it if it has not come to its end."""

    def __init__(self, work: Callable[[bytes, Limits], bytes], pdf: bytes, limits: Limits) -> None:
        """Start it; blocks for some milliseconds, and for the fork server's start where it does not run yet."""
        self._answer, pipe = os.pipe()
        try:
            with _descriptor(pdf) as source:
                arguments = (work, limits, _Handle(source), _Handle(pipe))
                self._process = _FORK_SERVER.Process(target=child.answer, args=arguments, daemon=True)
                self._process.start()
        except BaseException:
            os.close(self._answer)
            raise
        finally:
            os.close(pipe)

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    async def result(self, most: int) -> tuple[bytes, int]:
        """All that it wrote, and its exit code as `multiprocessing` gives it. Raises TooLong beyond `most` bytes."""
        os.set_blocking(self._answer, False)
        answer = bytearray()
        while chunk := await self._chunk():
            answer += chunk
            if len(answer) > most:
                raise TooLong
        await _readable(self._process.sentinel)
        self._process.join()
        return bytes(answer), self._process.exitcode or 0

    async def end(self) -> None:
        """Kill it unless it is over, and give back what it held here."""
        os.close(self._answer)
        if self._process.exitcode is None:
            self._process.kill()
            await _readable(self._process.sentinel)
        self._process.join()
        self._process.close()

    async def _chunk(self) -> bytes:
        """The next bytes; empty at the end."""
        while True:
            await _readable(self._answer)
            with contextlib.suppress(BlockingIOError):
                return os.read(self._answer, _CHUNK)


class _Handle:
    """A descriptor that goes along when a child starts; there it is a number again, of the child's own."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __reduce__(self) -> tuple[Callable[[Any], int], tuple[Any]]:
        return _detached, (DupFd(self._descriptor),)


def _detached(sent: Any) -> int:  # noqa: ANN401 - multiprocessing's own class, which has no public name
    number: int = sent.detach()
    return number


@contextlib.contextmanager
def _descriptor(content: bytes) -> Iterator[int]:
    """A file without a name that holds these bytes; in memory where the platform can."""
    with (
        open(os.memfd_create("pdf"), "w+b")  # noqa: PTH123 - a descriptor has no path
        if hasattr(os, "memfd_create")
        else tempfile.TemporaryFile()
    ) as file:
        file.write(content)
        file.flush()
        yield file.fileno()


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, _set, ready)
    try:
        await ready
    finally:
        loop.remove_reader(descriptor)


def _set(ready: asyncio.Future[None]) -> None:
    if not ready.done():  # the loop may call again before the waiter runs
        ready.set_result(None)
