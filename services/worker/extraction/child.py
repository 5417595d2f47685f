"""The child's side of the sandbox: limits first, then its PDF, then one answer, then its end."""

from __future__ import annotations

import json
import pickle
import signal
import socket
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from schema.errors import JobFault
from schema.states import ErrorCode
from services.runtime.confinement import confine

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.worker.extraction.limits import Limits

#: The first byte of an answer: what follows is a result, or the JSON of a fault. Then its length, big endian.
RESULT, FAULT = b"R", b"F"
LENGTH_BYTES = 8
#: A child's exit code, big endian, as the fork server tells it: negative for a signal.
FATE_BYTES = 4
#: The alarm rings after the parent's own clock, for the case that the parent is gone or stopped.
_ALARM_GRACE_SECONDS = 5


def live(talk: socket.socket, limits: Limits, fork_server: int) -> None:
    """Wait on `talk` for a piece of work, do it, and answer there.

    The work is a file: a function, pickled, of the length that is told with it, and then the PDF.
    """
    confine(
        parent=fork_server,
        memory_bytes=limits.memory_bytes,
        cpu_seconds=limits.cpu_seconds,
        open_files=limits.open_files,
    )
    length, sources, _, _ = socket.recv_fds(talk, LENGTH_BYTES, 1)
    if not length:  # not needed any more
        return
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds + _ALARM_GRACE_SECONDS)
    head, body = _answer(sources[0], int.from_bytes(length, "big"), limits)
    talk.sendall(head + len(body).to_bytes(LENGTH_BYTES, "big"))
    talk.sendall(body)


def _answer(source: int, length: int, limits: Limits) -> tuple[bytes, bytes]:
    with open(source, "rb") as file:
        file.seek(0)
        function, pdf = file.read(length), file.read()
    try:
        work: Callable[[bytes, Limits], bytes] = pickle.loads(function)  # noqa: S301 - from our own service
        return RESULT, work(pdf, limits)
    except JobFault as fault:
        return FAULT, _fault(fault.code, fault.sentence)
    except (MemoryError, RecursionError):
        return FAULT, _fault(ErrorCode.EXTRACTION_LIMIT, "Reading this PDF takes more memory than it may.")
    except Exception as bug:  # noqa: BLE001 - its kind and place travel on; its text might hold a child's name
        return FAULT, _fault(ErrorCode.UNKNOWN, f"The reader failed on this PDF: {_place(bug)}.")


def _place(bug: BaseException) -> str:
    frame = traceback.extract_tb(bug.__traceback__)[-1]
    return f"{type(bug).__name__} at {Path(frame.filename).name}:{frame.lineno}"


def _fault(code: ErrorCode, sentence: str) -> bytes:
    return json.dumps({"code": code, "sentence": sentence}).encode()
