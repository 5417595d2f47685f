"""Reads one page in a process of its own: `python -m services.api.discovery.page_child PARENT`.

On standard input a line of JSON (`address` and `content_type` of the page), then its bytes; on standard output the
`Page` as JSON. Whatever else happens is the page's fault, and an exit code.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from services.api.discovery.encoding import decoded
from services.api.discovery.links import read
from services.runtime.confinement import confine

MEMORY_BYTES = 384 * 1024 * 1024
CPU_SECONDS = 4
_OPEN_FILES = 32


def main(parent: str) -> None:
    confine(parent=int(parent), memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS, open_files=_OPEN_FILES)
    head = json.loads(sys.stdin.buffer.readline())
    page = read(decoded(sys.stdin.buffer.read(), head["content_type"]), head["address"])
    sys.stdout.write(json.dumps(asdict(page)))


if __name__ == "__main__":
    main(*sys.argv[1:])
