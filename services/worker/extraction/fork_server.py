"""A process with the reader loaded, of which each child is a copy: it forks on request, reaps, ends with its service.

`python -m services.worker.extraction.fork_server DESCRIPTOR LIMITS [prepared]`. A request is one byte on the socket
DESCRIPTOR and two sockets with it: one for the child to talk, and one for its fate. There the child's exit code is
told; and when the other end of it closes, the child is killed.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
import sys

from services.worker.extraction import child, reader_child
from services.worker.extraction.limits import Limits

#: Descriptors that a child keeps: the three standard ones, and this, on which it talks.
_TALK = 3


class ForkServer:
    def __init__(self, control: socket.socket, limits: Limits) -> None:
        self._control, self._limits = control, limits
        self._fates: dict[int, socket.socket] = {}
        self._events = selectors.DefaultSelector()
        self._events.register(control, selectors.EVENT_READ)

    def serve(self) -> None:
        """Until the other end of the control socket closes."""
        ended, wakeup = socket.socketpair()
        ended.settimeout(0)
        wakeup.settimeout(0)
        signal.set_wakeup_fd(wakeup.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._events.register(ended, selectors.EVENT_READ)
        while True:
            for key, _ in self._events.select():
                if key.fileobj is self._control:
                    if not self._fork():
                        signal.set_wakeup_fd(-1)
                        return  # and each child gets its death signal
                elif key.fileobj is ended:
                    ended.recv(4096)
                    self._reap()
                elif self._fates.get(key.data) is key.fileobj:  # still there
                    os.kill(key.data, signal.SIGKILL)  # nobody else reaps it, so that the number is still its own
                    self._events.unregister(key.fileobj)

    def _fork(self) -> bool:
        request, descriptors, _, _ = socket.recv_fds(self._control, 1, 2)
        if not request:
            return False
        talk, fate = (socket.socket(fileno=descriptor) for descriptor in descriptors)
        server = os.getpid()
        if (pid := os.fork()) == 0:
            self._become_child(talk, server)
        talk.close()
        self._fates[pid] = fate
        self._events.register(fate, selectors.EVENT_READ, pid)
        return True

    def _become_child(self, talk: socket.socket, server: int) -> None:
        """Never returns, and leaves nothing open by which another child could be reached."""
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(talk.fileno(), _TALK)
            os.closerange(_TALK + 1, os.sysconf("SC_OPEN_MAX"))
            child.live(socket.socket(fileno=_TALK), self._limits, server)
            os._exit(0)
        finally:
            os._exit(1)

    def _reap(self) -> None:
        while self._fates:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with self._fates.pop(pid) as fate:
                if fate in self._events.get_map():
                    self._events.unregister(fate)
                code = os.waitstatus_to_exitcode(status)
                try:
                    fate.send(code.to_bytes(child.FATE_BYTES, "big", signed=True))
                except OSError:
                    continue  # nobody wants to know


def main(descriptor: str, limits: str, *prepared: str) -> None:
    os.environ.clear()
    if prepared:
        reader_child.prepare()
    gc.collect()
    gc.freeze()  # children share these pages as long as nobody counts in them
    gc.disable()  # and live too short to collect anything
    ForkServer(socket.socket(fileno=int(descriptor)), Limits(**json.loads(limits))).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
