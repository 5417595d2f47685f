from __future__ import annotations

import asyncio
import hashlib
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

import structlog

from schema.commands import FileSource, ProcessJob, UrlSource
from schema.errors import JobFault
from schema.events import JobCompleted
from schema.identity import result_code
from schema.states import ErrorCode, Stage
from services.worker.extraction.kept import Damaged
from services.worker.extraction.names import normalize
from services.worker.extraction.search import find

if TYPE_CHECKING:
    from schema.events import AiFile
    from schema.extraction import ExtractionResult
    from services.runtime.blobs import Blobs
    from services.worker.download import Downloader
    from services.worker.extraction.kept import KeptSheet
    from services.worker.readings import Readings
    from services.worker.records import Records
    from services.worker.shelf import Shelf

log = structlog.get_logger()
Found = TypeVar("Found")


class Enter(Protocol):
    """Called with a stage and a sentence for people; returns when the world knows, and the stage may begin."""

    async def __call__(self, stage: Stage, sentence: str, ai_file: AiFile | None = None) -> None: ...


class Pipeline:
    """The stages of one attempt at a job, as they really happen: what was done before is not claimed again."""

    def __init__(
        self, *, downloader: Downloader, blobs: Blobs, shelf: Shelf, records: Records, readings: Readings
    ) -> None:
        self._downloader, self._blobs, self._shelf = downloader, blobs, shelf
        self._records, self._readings = records, readings

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
        extraction = await self._look_up(job, checksum, enter)
        if extraction is None:
            extraction = await self._read(job, checksum, _there(await self._blobs.pdf(checksum)), enter)
        return self._completed(job, checksum, size, extraction, cached=False)

    async def _extract(self, job: ProcessJob, checksum: str, pdf: bytes, enter: Enter) -> JobCompleted:
        extraction = await self._look_up(job, checksum, enter) or await self._read(job, checksum, pdf, enter)
        return self._completed(job, checksum, len(pdf), extraction, cached=False)

    async def _look_up(self, job: ProcessJob, checksum: str, enter: Enter) -> ExtractionResult | None:
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

    async def _read(self, job: ProcessJob, checksum: str, pdf: bytes, enter: Enter) -> ExtractionResult:
        await enter(Stage.EXTRACTING, f"Reading {_megabytes(len(pdf))}")
        async with self._readings.of(checksum, pdf, came_by_link=isinstance(job.source, UrlSource)) as reading:
            try:
                extraction = await _found(await reading.sheet(partial(enter, Stage.EXTRACTING)), job)
            except Damaged:  # only a child that a PDF has taken over writes such a thing
                raise JobFault(ErrorCode.EXTRACTION_LIMIT, "Reading this PDF gave no sheet.") from None
            if reading.is_new:
                await enter(Stage.CACHING, "Keeping the sheet for its next swimmer")
                await reading.kept()
        return extraction

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


async def _found(sheet: KeptSheet, job: ProcessJob) -> ExtractionResult:
    """In a thread, because what a stranger's PDF gave may take long and would hold up heartbeats."""
    return await asyncio.to_thread(find, sheet, job.swimmer_name)


def _there(found: Found | None) -> Found:
    if found is None:
        raise JobFault(ErrorCode.NOT_FOUND, "The uploaded file is gone; please upload it again.")
    return found


def _checksum(pdf: bytes) -> str:
    return hashlib.blake2b(pdf, digest_size=16).hexdigest()


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{max(1, round(size / 1000))} kB"  # noqa: PLR2004 - 0.1 MB
