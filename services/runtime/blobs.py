from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from schema.errors import Rejected, Transient
from services.runtime.clock import new_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Sequence

    from obstore import ListStream, ObjectMeta
    from obstore.store import ObjectStore

AWAY = (BaseError, OSError)


@dataclass(frozen=True, slots=True)
class Staged:
    """Bytes that are in the store but under no name yet that anything refers to. `size` is in bytes."""

    key: str
    checksum: str
    size: int


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as a listing has it. `size` is in bytes; storing it again gives it another `modified_at`."""

    key: str
    size: int
    modified_at: datetime


class TooLarge(Rejected):
    """More bytes than allowed came; nothing of them was kept."""

    def __init__(self, limit: int) -> None:
        super().__init__("pdf-too-large", f"the PDF is larger than {limit / 1_000_000:g} MB")


class Blobs:
    """PDF bytes and kept readings, by checksum. Raises Transient when the store is away."""

    def __init__(self, url: str) -> None:
        if url.startswith("file:"):
            self._folder: Path | None = Path(urlsplit(url).path)
            self._folder.mkdir(parents=True, exist_ok=True)
            self._store: ObjectStore = LocalStore(self._folder)
        else:
            self._folder = None
            self._store = from_url(url)

    async def stage(self, chunks: AsyncIterable[bytes], limit: int) -> Staged:
        """Stream bytes in, hashing on the way. Raises TooLarge beyond `limit` bytes; nothing of them is kept then."""
        key, digest, size = f"incoming/{new_id()}", hashlib.blake2b(digest_size=16), 0

        async def counted() -> AsyncIterator[bytes]:
            nonlocal size
            async for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise TooLarge(limit)
                digest.update(chunk)
                yield chunk

        await _reach(obstore.put_async(self._store, key, counted()))
        return Staged(key, digest.hexdigest(), size)

    async def keep(self, staged: Staged) -> None:
        """Give staged bytes their name: their checksum. The same bytes twice are one object."""
        await _reach(obstore.rename_async(self._store, staged.key, f"pdfs/{staged.checksum}"))

    async def discard(self, staged: Staged) -> None:
        await _reach(obstore.delete_async(self._store, staged.key))

    def listed(self, page: int) -> AsyncIterator[list[Stored]]:
        """Every object, in no order, so many a page; one that comes or goes meanwhile may be in it or not."""
        return _Pages(obstore.list(self._store, chunk_size=page))

    async def modified_at(self, key: str) -> datetime | None:
        """None for an object that is not there."""
        try:
            return (await obstore.head_async(self._store, key))["last_modified"]
        except FileNotFoundError:
            return None
        except AWAY as gone:
            raise Transient(f"the blob store cannot be reached: {gone}") from gone

    async def delete(self, key: str) -> None:
        """One that is gone already is gone."""
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return
        except AWAY as gone:
            raise Transient(f"the blob store cannot be reached: {gone}") from gone

    async def drop_unfinished(self, before: datetime) -> int:
        """Delete what processes that were killed left of objects on disk, and no listing shows; returns how many.

        An object store has none of these: what it holds of unfinished uploads ends by its own lifecycle rule.
        """
        return 0 if self._folder is None else await asyncio.to_thread(_drop_unfinished, self._folder, before)

    async def pdf(self, checksum: str) -> bytes | None:
        return await self._get(f"pdfs/{checksum}")

    async def pdf_size(self, checksum: str) -> int | None:
        """In bytes; None for a PDF that is not there."""
        try:
            return (await obstore.head_async(self._store, f"pdfs/{checksum}"))["size"]
        except FileNotFoundError:
            return None
        except AWAY as gone:
            raise Transient(f"the blob store cannot be reached: {gone}") from gone

    async def reading(self, checksum: str, version: str) -> bytes | None:
        """The kept reading of a sheet by one version of the reader, as JSON."""
        return await self._get(f"readings/{version}/{checksum}.json")

    async def keep_reading(self, checksum: str, version: str, reading: bytes) -> None:
        await _reach(obstore.put_async(self._store, f"readings/{version}/{checksum}.json", reading))

    async def _get(self, key: str) -> bytes | None:
        try:
            found = await obstore.get_async(self._store, key)
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            return None
        except AWAY as gone:
            raise Transient(f"the blob store cannot be reached: {gone}") from gone


class _Pages:
    def __init__(self, stream: ListStream[Sequence[ObjectMeta]]) -> None:
        self._stream = stream

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[Stored]:
        try:
            found = await anext(self._stream)
        except AWAY as gone:
            raise Transient(f"the blob store cannot be reached: {gone}") from gone
        return [Stored(one["path"], one["size"], one["last_modified"]) for one in found]


def _drop_unfinished(folder: Path, before: datetime) -> int:
    dropped = 0
    for path in folder.rglob("*#*"):  # as the store names a file until it is whole
        with suppress(FileNotFoundError):  # whole by now
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                path.unlink()
                dropped += 1
    return dropped


async def _reach(call: Awaitable[object]) -> None:
    try:
        await call
    except AWAY as gone:
        raise Transient(f"the blob store cannot be reached: {gone}") from gone
