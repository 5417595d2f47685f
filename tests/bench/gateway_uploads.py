"""How much memory the gateway takes for a form full of PDFs, sent as fast as it reads."""

from __future__ import annotations

import asyncio
import os
import re
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from deploy.local import machine
from deploy.local.process import launched
from deploy.local.services import is_ready, service
from tests.bench.ground import fresh_database, ground

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from deploy.local.process import Process
    from tests.bench.ground import Ground

PDFS, PDF_BYTES = 15, 5_000_000
AT_MOST_MB = 32
BOUNDARY = "made-for-the-bench"


async def bench() -> AsyncIterator[dict[str, object]]:
    with ground() as place, fresh_database(place) as fresh:
        yield await uploaded(fresh)


async def uploaded(place: Ground) -> dict[str, object]:
    """One request to a gateway that has taken none before. Raises AssertionError where it is not accepted."""
    command, environment, ready_url = service("api", place.servers, place.state, machine.free_port())
    with launched(
        "api",
        command,
        log=place.state / "logs" / "api.log",
        ready=partial(is_ready, ready_url),
        environment=environment,
    ) as process:
        process.await_ready()
        before, began = _memory_mb(process, "VmRSS"), time.perf_counter()
        await _post(int(urlsplit(ready_url).port or 0))
        seconds, peak = time.perf_counter() - began, _memory_mb(process, "VmHWM")
    return {
        "bench": "gateway-uploads",
        "pdfs": PDFS,
        "mb_a_pdf": PDF_BYTES / 1e6,
        "seconds": round(seconds, 2),
        "memory_mb_before": round(before, 1),
        "memory_mb_at_most": round(peak, 1),
        "grown_mb": round(peak - before, 1),
        "at_most_grown_mb": AT_MOST_MB,
    }


async def _post(port: int) -> None:
    pieces = list(_form())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"POST /api/batches HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {sum(map(len, pieces))}\r\n\r\n".encode()
    )
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 202 "), answer[:500]


def _form() -> Iterator[bytes]:
    """No two PDFs are the same; their bytes do not compress."""
    noise = os.urandom(PDF_BYTES)
    yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="swimmer"\r\n\r\nMaya Lindqvist\r\n'.encode()
    for number in range(PDFS):
        yield (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="pdfs"; filename="{number}.pdf"\r\n'
            f"Content-Type: application/pdf\r\n\r\n"
        ).encode()
        start = b"%%PDF-1.7\n%% %d\n" % number
        yield start + noise[len(start) :]
        yield b"\r\n"
    yield f"--{BOUNDARY}--\r\n".encode()


def _memory_mb(process: Process, field: str) -> float:
    assert process.process is not None
    told = re.search(rf"^{field}:\s+(\d+) kB$", Path(f"/proc/{process.process.pid}/status").read_text(), re.MULTILINE)
    assert told is not None
    return int(told[1]) * 1024 / 1e6
