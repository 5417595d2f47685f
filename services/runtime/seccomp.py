"""Takes from a process, by a filter in the kernel, what reading a file of a stranger needs nothing of.

Gone for good, and for what it might start: the network, new processes and programs, and reaching into other processes.
A filter and no namespace, because it needs no rights, and is there in containers, where namespaces are refused. The
system calls' numbers are from Linux's `asm/unistd_64.h` and `asm-generic/unistd.h`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from typing import NamedTuple

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_ALLOW, _REFUSE, _ABSENT, _KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS, 0x80000000
#: Codes of the filter's machine: load a word of the call, compare it with a constant, return.
_LOAD, _EQUAL, _AT_LEAST, _HAS_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
#: Where a call's number, its machine and the low half of its first argument are (little endian).
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16
_CLONE_THREAD = 0x00010000
#: Calls of x86-64 beyond this number are of another way to call, which no filter by number sees through.
_X32 = 0x40000000


_LIBC = ctypes.CDLL(None)


class _Calls(NamedTuple):
    """One machine's numbers. `process` makes threads too, `signal` is fine to itself, `fork` says it is not there."""

    machine: int
    refused: tuple[int, ...]
    process: int
    fork: int
    signal: tuple[int, ...]


#: socket, socketpair, io_uring_setup · vfork, execve, execveat · ptrace, process_vm_readv and _writev, pidfd_getfd,
#: pidfd_send_signal, tkill, rt_sigqueueinfo, rt_tgsigqueueinfo · and x86-64's fork.
_MACHINES = {
    "x86_64": _Calls(
        machine=0xC000003E,
        refused=(41, 53, 425, 58, 59, 322, 101, 310, 311, 438, 424, 200, 129, 297, 57),
        process=56,
        fork=435,
        signal=(62, 234),
    ),
    "aarch64": _Calls(
        machine=0xC00000B7,
        refused=(198, 199, 425, 221, 281, 117, 270, 271, 438, 424, 130, 138, 240),
        process=220,
        fork=435,
        signal=(129, 131),
    ),
}


def confine() -> bool:
    """Refuse these calls to this process from now on; False where the platform or its kernel cannot."""
    calls = _MACHINES.get(os.uname().machine) if sys.platform == "linux" and sys.maxsize > 2**32 else None
    if calls is None or _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    code = _filter(calls, os.getpid())
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    return bool(_LIBC.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0) == 0)


def _filter(calls: _Calls, pid: int) -> bytes:
    """Each step is (code, jump if true, jump if false, constant); jumps count the steps that they leave out."""
    steps = [
        (_LOAD, 0, 0, _MACHINE),
        (_EQUAL, 1, 0, calls.machine),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _REFUSE),
        (_EQUAL, 0, 1, calls.fork),  # the C library makes its threads the older way then, whose flags can be seen
        (_RETURN, 0, 0, _ABSENT),
    ]
    for number in calls.refused:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    for number in calls.signal:
        steps += _only(number, (_EQUAL, pid))
    steps += [*_only(calls.process, (_HAS_BITS, _CLONE_THREAD)), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _only(number: int, condition: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Allow a call if its first argument meets the condition, else refuse it."""
    code, constant = condition
    return [
        (_EQUAL, 0, 4, number),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (code, 0, 1, constant),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
