from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

import structlog

from schema.commands import FileSource, ProcessJob, UrlSource
from schema.errors import JobFault
from schema.events import JobCompleted
from schema.extraction import Warning  # noqa: A004 - as in its home
from schema.identity import result_code
from schema.states import ErrorCode, Stage
from services.worker.extraction.ai.asked import Question
from services.worker.extraction.doubt import doubt
from services.worker.extraction.kept import Damaged
from services.worker.extraction.names import normalize
from services.worker.extraction.search import find
from services.worker.retry import MOST_TRIES

if TYPE_CHECKING:
    from schema.extraction import ExtractionResult
    from services.runtime.blobs import Blobs
    from services.worker.download import Downloader
    from services.worker.extraction.ai.asked import KnownFile
    from services.worker.extraction.kept import KeptSheet
    from services.worker.readings import Readings
    from services.worker.records import Records
    from services.worker.shelf import Shelf
    from services.worker.stages import Enter

log = structlog.get_logger()
Found = TypeVar("Found")
#: Gives the PDF's bytes once they are needed. Raises JobFault.
Pdf = Callable[[], Awaitable[bytes]]


class Ai(Protocol):
    """Who is asked where our own reading has no text, or is not sure of itself."""

    async def extract(self, asked: Question, known: KnownFile, enter: Enter) -> ExtractionResult:
        """Raises JobFault and Transient."""
        ...


class Looked(NamedTuple):
    """What our own reading has of a swimmer; `doubt` is why it may lack something."""

    extraction: ExtractionResult
    doubt: str | None


class Pipeline:
    """The stages of one attempt at a job, as they really happen: what was done before is not claimed again."""

    def __init__(  # noqa: PLR0913 - the parts of a pipeline, by name
        self,
        *,
        downloader: Downloader,
        blobs: Blobs,
        shelf: Shelf,
        records: Records,
        readings: Readings,
        ai: Ai | None = None,
    ) -> None:
        self._downloader, self._blobs, self._shelf = downloader, blobs, shelf
        self._records, self._readings, self._ai = records, readings, ai

    async def run(self, job: ProcessJob, enter: Enter) -> JobCompleted:
        """Raises JobFault, and Transient when a part that the job cannot do without is away."""
        match job.source:
            case FileSource(checksum=checksum):
                await enter(Stage.DOWNLOADING, "Opening the sheet")
                return await self._cached(job, checksum) or await self._extract_upload(job, checksum, enter)
            case UrlSource(url=url):
                await enter(Stage.DOWNLOADING, "Fetching the sheet")
                pdf = await self._downloader.fetch(url)
                checksum = await asyncio.to_thread(_checksum, pdf)
                return await self._cached(job, checksum) or await self._extract(job, checksum, pdf, enter)

    async def _cached(self, job: ProcessJob, checksum: str) -> JobCompleted | None:
        found = await self._records.extraction(checksum, normalize(job.swimmer_name))
        if found is None:
            return None
        return self._completed(job, checksum, found.file_size_bytes, found.extraction, cached=True)

    async def _extract_upload(self, job: ProcessJob, checksum: str, enter: Enter) -> JobCompleted:
        """As `_extract`, and a look-up does without the PDF's bytes."""
        size = _there(await self._blobs.pdf_size(checksum))

        async def pdf() -> bytes:
            return _there(await self._blobs.pdf(checksum))

        extraction = await self._answer(job, checksum, pdf, enter)
        return self._completed(job, checksum, size, extraction, cached=False)

    async def _extract(self, job: ProcessJob, checksum: str, pdf: bytes, enter: Enter) -> JobCompleted:
        async def fetched() -> bytes:
            return pdf

        extraction = await self._answer(job, checksum, fetched, enter)
        return self._completed(job, checksum, len(pdf), extraction, cached=False)

    async def _answer(self, job: ProcessJob, checksum: str, pdf: Pdf, enter: Enter) -> ExtractionResult:
        """By our own reading; where it has no text or is not sure of itself, and there is an AI, by that."""
        try:
            found = await self._look_up(job, checksum, enter) or await self._read(job, checksum, await pdf(), enter)
        except JobFault as fault:
            if self._ai is None or fault.code is not ErrorCode.NO_TEXT:
                raise
            return await self._ask(self._ai, job, checksum, await pdf(), enter)
        if self._ai is None or found.doubt is None:
            return found.extraction
        try:
            second = await self._ask(self._ai, job, checksum, await pdf(), enter)
        except JobFault as fault:
            if fault.code.transient and job.tries < MOST_TRIES:
                raise
            log.info("ai.given_up", error_code=fault.code, sentence=fault.sentence)
            return _warned(found, "and the AI that could know more gave no answer")
        return second if second.events else _warned(found, "and an AI found none either")

    async def _ask(self, ai: Ai, job: ProcessJob, checksum: str, pdf: bytes, enter: Enter) -> ExtractionResult:
        return await ai.extract(Question(pdf, checksum, job.swimmer_name), self._records.ai_file, enter)

    async def _look_up(self, job: ProcessJob, checksum: str, enter: Enter) -> Looked | None:
        """None where no reading is kept, or only a damaged one, which is kept no longer."""
        sheet = await self._shelf.reading(checksum)
        if sheet is None:
            return None
        await enter(Stage.EXTRACTING, "Looking through a sheet that was read before")
        try:
            return await _found(sheet, job)
        except Damaged as damage:
            log.warning("shelf.damaged", checksum=checksum, damage=str(damage))
            await self._shelf.drop(checksum)
            return None

    async def _read(self, job: ProcessJob, checksum: str, pdf: bytes, enter: Enter) -> Looked:
        await enter(Stage.EXTRACTING, f"Reading {_megabytes(len(pdf))}")
        async with self._readings.of(checksum, pdf, came_by_link=isinstance(job.source, UrlSource)) as reading:
            try:
                looked = await _found(await reading.sheet(partial(enter, Stage.EXTRACTING)), job)
            except Damaged:  # only a child that a PDF has taken over writes such a thing
                raise JobFault(ErrorCode.EXTRACTION_LIMIT, "Reading this PDF gave no sheet.") from None
            if reading.is_new:
                await enter(Stage.CACHING, "Keeping the sheet for its next swimmer")
                await reading.kept()
        return looked

    def _completed(
        self, job: ProcessJob, checksum: str, size: int, extraction: ExtractionResult, *, cached: bool
    ) -> JobCompleted:
        return JobCompleted(
            job_id=job.job_id,
            attempt=job.attempt,
            file_checksum=checksum,
            file_size_bytes=size,
            cached=cached,
            result_code=result_code(job.job_id),
            swimmer_name_normalized=normalize(job.swimmer_name),
            extraction=extraction,
        )


async def _found(sheet: KeptSheet, job: ProcessJob) -> Looked:
    """In a thread, because what a stranger's PDF gave may take long and would hold up heartbeats."""
    extraction = await asyncio.to_thread(find, sheet, job.swimmer_name)
    return Looked(extraction, doubt(sheet, extraction))


def _warned(looked: Looked, outcome: str) -> ExtractionResult:
    """The reading as it is, with its doubt."""
    warning = Warning(code="unsure", message=f"No entry was found, but {looked.doubt}, {outcome}.")
    return looked.extraction.model_copy(update={"warnings": (*looked.extraction.warnings, warning)})


def _there(found: Found | None) -> Found:
    if found is None:
        raise JobFault(ErrorCode.NOT_FOUND, "The uploaded file is gone; please upload it again.")
    return found


def _checksum(pdf: bytes) -> str:
    return hashlib.blake2b(pdf, digest_size=16).hexdigest()


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{max(1, round(size / 1000))} kB"  # noqa: PLR2004 - 0.1 MB
