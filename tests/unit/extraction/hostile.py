"""What a taken-over child might do; each runs in place of the reading."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import threading
import time
from typing import TYPE_CHECKING

from services.worker.extraction.layouts import words

if TYPE_CHECKING:
    from services.worker.extraction.limits import Limits


def hang(pdf: bytes, _: Limits) -> bytes:
    """Tell its process id through the file that the bytes name, and wait for ever."""
    _tell(pdf)
    signal.pause()
    return b""


def pause(_: bytes, __: Limits) -> bytes:
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


def count_languages(_: bytes, __: Limits) -> bytes:
    """Whether what a reading needs was built before it."""
    return str(words._openers.cache_info().currsize).encode()


def abort(_: bytes, __: Limits) -> bytes:
    """As PDFium does when it gets no memory."""
    os.abort()


def flood(_: bytes, limits: Limits) -> bytes:
    return b"x" * (limits.result_bytes + 1)


def end_by_sigterm(_: bytes, __: Limits) -> bytes:
    os.kill(os.getpid(), signal.SIGTERM)
    return b""


def raise_a_name(pdf: bytes, _: Limits) -> bytes:
    raise ValueError(pdf.decode())


def repeat(pdf: bytes, _: Limits, *, times: int) -> bytes:
    return pdf * times


def name_length(_: bytes, __: Limits, *, name: str) -> bytes:
    return str(len(name)).encode()


def describe(_: bytes, __: Limits) -> bytes:
    """What it sees of its world: environment now and at its program's start, descriptors, itself and its parent."""
    with open("/proc/self/environ") as file:  # noqa: PTH123 - as a C library would
        at_start = [entry.partition("=")[0] for entry in file.read().split("\0") if entry]
    seen = {"environment": dict(os.environ), "at_start": at_start, "open": _open_descriptors()}
    return json.dumps({**seen, "pid": os.getpid(), "parent": os.getppid()}).encode()


def connect(port: bytes, _: Limits) -> bytes:
    socket.create_connection(("127.0.0.1", int(port)), timeout=5).close()
    return b"connected"


def open_many_files(_: bytes, __: Limits) -> bytes:
    return str(len([os.open("/dev/null", os.O_RDONLY) for _ in range(200)])).encode()


def fork(_: bytes, __: Limits) -> bytes:
    if os.fork() == 0:
        os._exit(0)
    return b"forked"


def start_a_program(_: bytes, __: Limits) -> bytes:
    return subprocess.run(["/bin/echo", "started"], check=True, capture_output=True).stdout


def start_a_thread(_: bytes, __: Limits) -> bytes:
    said: list[bytes] = []
    thread = threading.Thread(target=said.append, args=(b"started",))
    thread.start()
    thread.join()
    return said[0]


def end_another(pid: bytes, _: Limits) -> bytes:
    os.kill(int(pid), signal.SIGKILL)
    return b"ended"


def write_a_file(path: bytes, _: Limits) -> bytes:
    with open(path, "wb") as file:  # noqa: PTH123 - as a C library would
        file.write(b"x")
    return b"written"


def _open_descriptors() -> list[int]:
    found = []
    for descriptor in range(100):
        with contextlib.suppress(OSError):
            os.fstat(descriptor)
            found.append(descriptor)
    return found


def _tell(path: bytes) -> None:
    with open(path.decode(), "w") as fifo:  # noqa: PTH123 - a pipe by name
        fifo.write(f"{os.getpid()}\n")
