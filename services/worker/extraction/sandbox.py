from __future__ import annotations

import asyncio
import json
import signal
from functools import partial
from typing import TYPE_CHECKING, Self

from pydantic import TypeAdapter, ValidationError

from schema.errors import JobFault, Transient
from schema.states import ErrorCode
from services.worker.extraction import child, reader_child
from services.worker.extraction.kept import Damaged, KeptSheet
from services.worker.extraction.limits import Limits
from services.worker.extraction.pool import Pool
from services.worker.extraction.process import Died, Lost, TooLong

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NUMBERS = TypeAdapter(list[int])
_SIGNALS = {
    -signal.SIGABRT: "Reading this PDF takes more memory than it may.",  # so PDFium ends when it gets none
    -signal.SIGXCPU: "Reading this PDF takes more processor time than it may.",
    -signal.SIGALRM: "Reading this PDF takes longer than it may.",
}


class Sandbox:
    """Reads each PDF in a child process of its own, so that no file can harm the service or another file.

    Opening it starts the fork server and waits until it is warm, about a second; children then wait for their PDF.
    `spares` is how many: readings beyond that, begun in the same instant, wait for a fork of some milliseconds. With
    none, nothing is prepared: for a program that reads one PDF and goes.
    """

    def __init__(self, limits: Limits | None = None, spares: int = 2) -> None:
        self.limits, self.spares = limits or Limits(), spares
        self._pool = Pool(self.limits, spares)

    async def __aenter__(self) -> Self:
        first = self._pool.take()
        try:
            first.begin(reader_child.read, b"")
            await first.result(self.limits.result_bytes)  # a fault; by then everything is warm
            self._pool.fill()
        except BaseException:
            self._pool.close()
            raise
        finally:
            first.end()
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self._pool.close)

    async def read(self, pdf: bytes, recognised: Mapping[int, str] | None = None) -> KeptSheet:
        """Everything that a PDF prints, for all swimmers; `recognised` has the text of pages that are pictures.

        Raises JobFault: what the reading found wrong with the PDF, or EXTRACTION_LIMIT when it took too much memory or
        time, or crashed. Raises Transient if the child was ended from outside. Cancelling kills the child.
        """
        document = await self.run(partial(reader_child.read, recognised=recognised), pdf)
        try:
            return await asyncio.to_thread(KeptSheet, document)
        except Damaged:  # only a child that a PDF has taken over writes such a thing
            raise JobFault(ErrorCode.EXTRACTION_LIMIT, "Reading this PDF gave no sheet.") from None

    async def pictures(self, pdf: bytes) -> list[int]:
        """The numbers of the pages without text, from 1. Raises as `read` does."""
        try:
            return _NUMBERS.validate_json(await self.run(reader_child.pictures, pdf))
        except ValidationError:  # only a child that a PDF has taken over writes such a thing
            raise JobFault(ErrorCode.EXTRACTION_LIMIT, "Reading this PDF gave no pages.") from None

    async def run(self, work: Callable[[bytes, Limits], bytes], pdf: bytes) -> bytes:
        """What `work`, a function of some module or a partial of one, gives for these bytes under the limits.

        Raises as `read` does.
        """
        reading = self._pool.take()
        try:
            reading.begin(work, pdf)
            self._pool.fill()
            async with asyncio.timeout(self.limits.wall_seconds):
                kind, answer = await reading.result(self.limits.result_bytes)
        except TimeoutError:
            raise JobFault(ErrorCode.EXTRACTION_LIMIT, "Reading this PDF takes longer than it may.") from None
        except TooLong:
            raise JobFault(ErrorCode.EXTRACTION_LIMIT, "This PDF gives more text than any sheet.") from None
        except Lost:
            raise Transient("the process that read a PDF went with its fork server") from None
        except Died as death:
            raise _end(death.code) from None
        finally:
            reading.end()
        if kind == child.FAULT:
            fault = json.loads(answer)
            raise JobFault(ErrorCode(fault["code"]), str(fault["sentence"]))
        return answer


def _end(code: int) -> JobFault | Transient:
    """What it says of a PDF that its child came to an end before it answered."""
    if code == -signal.SIGTERM:
        return Transient(f"the process that read a PDF was ended from outside (exit code {code})")
    return JobFault(ErrorCode.EXTRACTION_LIMIT, _SIGNALS.get(code, f"Reading this PDF crashed (exit code {code})."))
