"""A process that reads what a stranger wrote: bounded, without network and secrets, and gone with its parent."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

from services.runtime import seccomp

#: What such a process keeps of a service's environment: where Python and its libraries are.
_ENVIRONMENT = ("PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def environment() -> dict[str, str]:
    """It finds the same modules as this process, wherever those come from."""
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}  # noqa: PTH109 - text


def confine(*, parent: int, memory_bytes: int, cpu_seconds: int, open_files: int) -> None:
    """Bound this process for good; its end comes at the latest with that of the process `parent`.

    Memory is counted on top of what is mapped by now. No file can be written from here on.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides about the end, also at Ctrl-C
    _bound(resource.RLIMIT_CORE, 0)
    _bound(resource.RLIMIT_FSIZE, 0)
    _bound(resource.RLIMIT_NOFILE, open_files)
    _bound(resource.RLIMIT_CPU, cpu_seconds, grace=1)  # SIGXCPU says why, SIGKILL at the hard bound does not
    if sys.platform == "linux":  # others count their whole address space, and have no signal at a parent's death
        _bound(resource.RLIMIT_AS, _mapped_bytes() + memory_bytes)
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it went before this
        os.kill(os.getpid(), signal.SIGKILL)
    seccomp.confine()


def _bound(what: int, most: int, grace: int = 0) -> None:
    _, hard = resource.getrlimit(what)
    soft, hard = (each if hard == resource.RLIM_INFINITY else min(each, hard) for each in (most, most + grace))
    resource.setrlimit(what, (soft, hard))


def _mapped_bytes() -> int:
    """What the address space holds before any work: Python and its libraries, mostly untouched."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
