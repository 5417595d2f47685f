from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Self

import structlog

from schema.errors import JobFault
from schema.states import ErrorCode
from services.worker.extraction.ocr import columns, slips
from services.worker.extraction.ocr.picture import Picture, draw
from services.worker.extraction.ocr.tesseract import Tesseract, installed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from services.worker.extraction.ocr.areas import Area
    from services.worker.extraction.ocr.bitmap import Bitmap
    from services.worker.extraction.ocr.tesseract import Word
    from services.worker.extraction.sandbox import Sandbox

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class OcrLimits:
    """`pages` of one PDF are recognised at most, each area of one within `seconds`; `languages` as tesseract takes."""

    pages: int = 60
    seconds: float = 60
    languages: str = "eng"


class Recogniser:
    """Reads pages that are pictures: drawn in the sandbox, recognised by a program, put together here.

    Whatever asks at the same time shares the processors.
    """

    def __init__(self, sandbox: Sandbox, program: str, limits: OcrLimits | None = None) -> None:
        self._sandbox, self._limits = sandbox, limits or OcrLimits()
        self._tesseract = Tesseract(program, self._limits.languages, self._limits.seconds)
        self._side_by_side = asyncio.Semaphore(os.cpu_count() or 1)

    @classmethod
    def where_installed(cls, sandbox: Sandbox, limits: OcrLimits | None = None) -> Self | None:
        """None where there is no program for it."""
        program = installed()
        return None if program is None else cls(sandbox, program, limits)

    async def texts(self, pdf: bytes, pages: Sequence[int], tell: Callable[[str], None]) -> dict[int, str]:
        """The text of these pages (from 1), without those that could not be read.

        Raises JobFault when no page could be, and Transient. Cancelling ends what it started.
        """
        found: dict[int, str] = {}
        faults: list[JobFault] = []

        async def one(number: int) -> None:
            async with self._side_by_side:
                tell(f"Reading the picture of page {number} ({len(found) + len(faults)} of {len(pages)} are done)")
                try:
                    found[number] = await self._text(pdf, number)
                except JobFault as fault:
                    log.info("ocr.page_not_read", page=number, error_code=fault.code, sentence=fault.sentence)
                    faults.append(fault)

        async with asyncio.TaskGroup() as group:
            for number in pages[: self._limits.pages]:
                group.create_task(one(number))
        if faults and not found:
            raise faults[0]
        return found

    async def _text(self, pdf: bytes, number: int) -> str:
        drawn = await self._sandbox.run(partial(draw, number=number), pdf)
        try:
            picture = Picture.unpacked(drawn)
        except (ValueError, TypeError, KeyError):  # only a child that a PDF has taken over writes such a thing
            raise JobFault(ErrorCode.EXTRACTION_LIMIT, "A picture in this PDF could not be drawn.") from None
        words = [[await self._words(picture.bitmap, area) for area in band] for band in picture.bands]
        return "\n".join(slips.mended(columns.lines(words)))

    async def _words(self, page: Bitmap, area: Area) -> list[Word]:
        left, right = int(area.left * page.width), int(area.right * page.width)
        top, bottom = int(area.top * page.height), int(area.bottom * page.height)
        words = await self._tesseract.words(page.cut(left, top, right, bottom).pgm())
        return [word.moved(left, top) for word in words]
