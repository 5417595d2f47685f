from __future__ import annotations

from typing import IO

import httpx2

from schema.errors import Transient

PATIENCE_SECONDS = 30


def post(url: str, lines: IO[bytes]) -> None:
    """Hand the lines of a checkpoint to who keeps them elsewhere. Raises Transient where they are not taken."""
    lines.seek(0)
    headers = {"content-type": "application/x-ndjson"}
    try:
        answer = httpx2.post(url, content=lines, headers=headers, timeout=PATIENCE_SECONDS)
    except (httpx2.HTTPError, httpx2.InvalidURL) as failure:
        raise Transient(f"{url} cannot be reached: {failure}; nothing was appended") from failure
    if not answer.is_success:
        raise Transient(f"{url} answers {answer.status_code}; nothing was appended")
