"""The child's side of the sandbox: limits first, then the work, then one answer on a pipe."""

from __future__ import annotations

import ctypes
import fcntl
import json
import multiprocessing
import os
import resource
import select
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from schema.errors import JobFault
from schema.states import ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.worker.extraction.limits import Limits

#: The first byte of an answer: what follows is a result, or the JSON of a fault.
RESULT, FAULT = b"R", b"F"
_PR_SET_PDEATHSIG = 1
#: The alarm rings after the parent's own clock, for the case that the parent is gone or stopped.
_ALARM_GRACE_SECONDS = 5


def answer(work: Callable[[bytes, Limits], bytes], limits: Limits, source: int, pipe: int) -> None:
    """Run `work` on the bytes behind the descriptor `source`; write what it gives, or its fault, to `pipe`."""
    confine(limits)
    with open(source, "rb") as file:
        file.seek(0)
        pdf = file.read()
    try:
        head, body = RESULT, work(pdf, limits)
    except JobFault as fault:
        head, body = FAULT, _fault(fault.code, fault.sentence)
    except (MemoryError, RecursionError):
        head, body = FAULT, _fault(ErrorCode.EXTRACTION_LIMIT, "Reading this PDF takes more memory than it may.")
    except Exception as bug:  # noqa: BLE001 - its kind and place travel on; its text might hold a child's name
        head, body = FAULT, _fault(ErrorCode.UNKNOWN, f"The reader failed on this PDF: {_place(bug)}.")
    with open(pipe, "wb") as out:
        out.write(head)
        out.write(body)


def confine(limits: Limits) -> None:
    """Bound this process for good; its end comes at the latest with that of the service or of the fork server."""
    os.environ.clear()  # a service's secrets are no business of a PDF
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides about the end, also at Ctrl-C
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds + _ALARM_GRACE_SECONDS)
    _bound(resource.RLIMIT_CORE, 0)
    _bound(resource.RLIMIT_FSIZE, 0)
    _bound(resource.RLIMIT_CPU, limits.cpu_seconds)
    if sys.platform == "linux":  # others count their whole address space, and have no signal at a parent's death
        _bound(resource.RLIMIT_AS, _mapped_bytes() + limits.memory_bytes)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # the fork server's, who is our parent
    if service := multiprocessing.parent_process():
        _end_with(service.sentinel)


def _end_with(pipe: int) -> None:
    """Ask for SIGIO, which ends a process, when the other end of a pipe closes: its owner is gone then."""
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([pipe], [], [], 0)[0]:  # it closed before this
        os.kill(os.getpid(), signal.SIGKILL)


def _bound(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (bound, bound))


def _mapped_bytes() -> int:
    """What the address space holds before any PDF: Python and its libraries, mostly untouched."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _place(bug: BaseException) -> str:
    frame = traceback.extract_tb(bug.__traceback__)[-1]
    return f"{type(bug).__name__} at {Path(frame.filename).name}:{frame.lineno}"


def _fault(code: ErrorCode, sentence: str) -> bytes:
    return json.dumps({"code": code, "sentence": sentence}).encode()
