"""The recogniser: a program of its own, used where it is installed."""

from __future__ import annotations

import asyncio
import contextlib
import math
import resource
import shutil
import sys
from typing import TYPE_CHECKING, NamedTuple

import structlog

from schema.errors import JobFault
from schema.states import ErrorCode

if TYPE_CHECKING:
    from asyncio.subprocess import Process

log = structlog.get_logger()

PROGRAM = "tesseract"
#: One block of lines: the columns of a sheet are told apart by us, from where the words stand.
_ONE_BLOCK = "6"
_MEMORY_BYTES = 2 * 1024**3
#: Of its table: the level of a row that is a word, and the columns.
_WORD = "5"
_COLUMNS = 12


class Word(NamedTuple):
    """A word where it stands: dots from the left and the top; `sure` is 0 to 100."""

    left: int
    top: int
    width: int
    height: int
    sure: float
    text: str

    def moved(self, right: int, down: int) -> Word:
        return self._replace(left=self.left + right, top=self.top + down)

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def installed() -> str | None:
    """Where the program is; None where it isn't."""
    return shutil.which(PROGRAM)


class Tesseract:
    """Finds words in pictures; `seconds` is what one picture may take."""

    def __init__(self, program: str, languages: str, seconds: float) -> None:
        self._program, self._languages, self._seconds = program, languages, seconds

    async def words(self, pgm: bytes) -> list[Word]:
        """Raises JobFault. Cancelling ends the program."""
        command = (self._program, "stdin", "stdout", "-l", self._languages, "--psm", _ONE_BLOCK, "tsv")
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={"OMP_THREAD_LIMIT": "1", "LC_ALL": "C"},  # pages go side by side, threads within one only wait
        )
        try:
            self._bound(process)
            async with asyncio.timeout(self._seconds):
                table, complaint = await process.communicate(pgm)
        except TimeoutError:
            raise JobFault(
                ErrorCode.EXTRACTION_LIMIT, "Reading a picture in this PDF takes longer than it may."
            ) from None
        finally:
            await _ended(process)
        if process.returncode != 0:
            log.warning("ocr.failed", exit_code=process.returncode, complaint=complaint[-500:].decode(errors="replace"))
            raise JobFault(ErrorCode.EXTRACTION_LIMIT, "A picture in this PDF could not be read.")
        return [word for line in table.decode(errors="replace").splitlines() if (word := _word(line.split("\t")))]

    def _bound(self, process: Process) -> None:
        """The picture is our own drawing, but what it shows is a stranger's."""
        if sys.platform == "linux":  # others cannot bound a process that runs
            with contextlib.suppress(ProcessLookupError):  # it is over already
                resource.prlimit(process.pid, resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
                resource.prlimit(process.pid, resource.RLIMIT_CPU, (math.ceil(self._seconds), math.ceil(self._seconds)))
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, 0))


async def _ended(process: Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _word(cells: list[str]) -> Word | None:
    if len(cells) != _COLUMNS or cells[0] != _WORD or not cells[-1].strip():
        return None
    left, top, width, height = map(int, cells[6:10])
    return Word(left, top, width, height, float(cells[10]), cells[11].strip())
