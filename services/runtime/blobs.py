from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from schema.errors import Rejected, Transient
from services.runtime.clock import new_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Awaitable

    from obstore.store import ObjectStore

AWAY = (BaseError, OSError)


@dataclass(frozen=True, slots=True)
class Staged:
    """Bytes that are in the store but under no name yet that anything refers to. `size` is in bytes."""

    key: str
    checksum: str
    size: int


class TooLarge(Rejected):
    """More bytes than allowed came; nothing of them was kept."""

    def __init__(self, limit: int) -> None:
        super().__init__("pdf-too-large", f"the PDF is larger than {limit / 1_000_000:g} MB")


class Blobs:
    """PDF bytes and kept readings, by checksum. Raises Transient when the store is away."""

    def __init__(self, url: str) -> None:
        if url.startswith("file:"):
            Path(urlsplit(url).path).mkdir(parents=True, exist_ok=True)
            self._store: ObjectStore = LocalStore(urlsplit(url).path)
        else:
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


async def _reach(call: Awaitable[object]) -> None:
    try:
        await call
    except AWAY as gone:
        raise Transient(f"the blob store cannot be reached: {gone}") from gone
