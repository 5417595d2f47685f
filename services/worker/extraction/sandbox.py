from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import signal
from typing import TYPE_CHECKING, Self

from schema.errors import JobFault, Transient
from schema.states import ErrorCode
from services.worker.extraction import child, reader_child
from services.worker.extraction.kept import Damaged, KeptSheet
from services.worker.extraction.limits import Limits
from services.worker.extraction.process import Child, TooLong

if TYPE_CHECKING:
    from collections.abc import Callable

#: What the fork server imports before its first fork. The first is the program's own script, a child's import anyway.
_PRELOAD = ["__main__", "services.worker.extraction.fork_server"]
#: Exit codes of a child that was ended from outside: `multiprocessing` gives 255 when its fork server died.
_LOST = (255, -signal.SIGTERM)
_SIGNALS = {
    -signal.SIGXCPU: "Reading this PDF takes more processor time than it may.",
    -signal.SIGALRM: "Reading this PDF takes longer than it may.",
}


class Sandbox:
    """Reads each PDF in a child process of its own, so that no file can harm the service or another file.

    Opening it starts the fork server, which takes about a second; a child then takes milliseconds. Nothing is to be
    closed: a reading ends with its caller, and the fork server with this process.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()

    async def __aenter__(self) -> Self:
        multiprocessing.set_forkserver_preload(_PRELOAD)
        with contextlib.suppress(JobFault):  # no bytes are no PDF; by then everything is warm
            await self._answer(await asyncio.to_thread(Child, reader_child.read, b"", self.limits))
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def read(self, pdf: bytes) -> KeptSheet:
        """Everything that a PDF prints, for all swimmers.

        Raises JobFault: what the reading found wrong with the PDF, or EXTRACTION_LIMIT when it took too much memory or
        time, or crashed. Raises Transient if the child was ended from outside. Cancelling kills the child.
        """
        document = await self.run(reader_child.read, pdf)
        try:
            return await asyncio.to_thread(KeptSheet, document)
        except Damaged:  # only a child that a PDF has taken over writes such a thing
            raise JobFault(ErrorCode.EXTRACTION_LIMIT, "Reading this PDF gave no sheet.") from None

    async def run(self, work: Callable[[bytes, Limits], bytes], pdf: bytes) -> bytes:
        """What `work`, a function of some module, gives for these bytes under the limits. Raises as `read` does."""
        return await self._answer(Child(work, pdf, self.limits))

    async def _answer(self, reading: Child) -> bytes:
        try:
            async with asyncio.timeout(self.limits.wall_seconds):
                answer, code = await reading.result(self.limits.result_bytes)
        except TimeoutError:
            raise JobFault(ErrorCode.EXTRACTION_LIMIT, "Reading this PDF takes longer than it may.") from None
        except TooLong:
            raise JobFault(ErrorCode.EXTRACTION_LIMIT, "This PDF gives more text than any sheet.") from None
        finally:
            await reading.end()
        if code in _LOST:
            raise Transient(f"the process that read a PDF was ended from outside (exit code {code})")
        if code != 0:
            sentence = _SIGNALS.get(code, f"Reading this PDF crashed (exit code {code}).")
            raise JobFault(ErrorCode.EXTRACTION_LIMIT, sentence)
        if answer[:1] == child.FAULT:
            fault = json.loads(answer[1:])
            raise JobFault(ErrorCode(fault["code"]), str(fault["sentence"]))
        return answer[1:]
