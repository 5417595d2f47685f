"""What a taken-over child might do; each runs in place of the reading."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.worker.extraction.limits import Limits


def hang(pdf: bytes, _: Limits) -> bytes:
    """Tell its process id through the file that the bytes name, and wait for ever."""
    _tell(pdf)
    signal.pause()
    return b""


def spin(_: bytes, __: Limits) -> bytes:
    while True:
        pass


def ignore_signals_and_sleep(pdf: bytes, _: Limits) -> bytes:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    _tell(pdf)
    time.sleep(600)
    return b""


def allocate_8_gib(_: bytes, __: Limits) -> bytes:
    return bytes(8 * 1024**3)


def allocate_8_gib_natively(_: bytes, __: Limits) -> bytes:
    """As a C library does that does not look at what it is given."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    ctypes.memset(libc.malloc(ctypes.c_size_t(8 * 1024**3)) or 0, 1, 1)
    return b""


def segfault(_: bytes, __: Limits) -> bytes:
    ctypes.string_at(0)
    return b""


def flood(_: bytes, limits: Limits) -> bytes:
    return b"x" * (limits.result_bytes + 1)


def end_by_sigterm(_: bytes, __: Limits) -> bytes:
    os.kill(os.getpid(), signal.SIGTERM)
    return b""


def raise_a_name(pdf: bytes, _: Limits) -> bytes:
    raise ValueError(pdf.decode())


def describe(_: bytes, __: Limits) -> bytes:
    return json.dumps({"environment": dict(os.environ), "pid": os.getpid(), "parent": os.getppid()}).encode()


def _tell(path: bytes) -> None:
    with open(path.decode(), "w") as fifo:  # noqa: PTH123 - a pipe by name
        fifo.write(f"{os.getpid()}\n")
