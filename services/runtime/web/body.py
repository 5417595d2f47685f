from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from schema.errors import JobFault
from schema.states import ErrorCode

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2

_PLAIN, _GZIP = ("", "identity"), ("gzip", "x-gzip")
_ZLIB_GZIP = 31  # zlib's number for "a gzip header must be there"


async def bounded(response: httpx2.Response, most_bytes: int) -> AsyncIterator[bytes]:
    """The decoded body in pieces. We decode ourselves, because one chunk of nested gzip can unfold to gigabytes.

    Raises JobFault: TOO_LARGE beyond `most_bytes`, raw or decoded; INVALID_PDF where it cannot be decoded;
    NETWORK_ERROR where it ends too early.
    """
    unpack = _unpacker(response)
    if int(response.headers.get("content-length", "0")) > most_bytes:
        raise _too_large(most_bytes)
    raw = decoded = 0
    async for part in response.aiter_raw():
        raw += len(part)
        try:
            piece = part if unpack is None else unpack.decompress(part, most_bytes + 1 - decoded)
        except zlib.error:
            raise JobFault(ErrorCode.INVALID_PDF, "The site sent the file damaged.") from None
        decoded += len(piece)
        if max(raw, decoded) > most_bytes:
            raise _too_large(most_bytes)
        yield piece
    if unpack is not None and not unpack.eof:
        raise JobFault(ErrorCode.NETWORK_ERROR, "The site sent only a part of the file.")


def _unpacker(response: httpx2.Response) -> zlib._Decompress | None:
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in _PLAIN + _GZIP:
        raise JobFault(ErrorCode.INVALID_PDF, "The site sent the file in an encoding that we did not ask for.")
    return zlib.decompressobj(_ZLIB_GZIP) if encoding in _GZIP else None


def _too_large(most_bytes: int) -> JobFault:
    return JobFault(ErrorCode.TOO_LARGE, f"The file is larger than {most_bytes / 1_000_000:g} MB.")
