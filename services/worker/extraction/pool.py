"""The fork server, and the children of it that wait for their PDF."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import socket
import subprocess
import sys
from collections import deque
from typing import TYPE_CHECKING

from services.runtime.confinement import environment
from services.worker.extraction.process import Child

if TYPE_CHECKING:
    from services.worker.extraction.limits import Limits


class Pool:
    """Warm children, each for one PDF: nothing of a stranger's file outlives its reading.

    One that is taken, or found dead, is replaced while the reading is under way, so that nobody waits for a fork. The
    fork server is started anew if it went. It has a session of its own: signals that are meant for a service and its
    terminal do not end readings that the service still waits for.
    """

    def __init__(self, limits: Limits, spares: int) -> None:
        self._limits, self._spares = limits, spares
        self._waiting: deque[Child] = deque()
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def take(self) -> Child:
        """A child that waits for its PDF. The first call starts the fork server, and does not wait for it."""
        return self._living() or self._fork()

    def fill(self) -> None:
        """Have others forked in place of those that are gone; best when a taken one has its PDF, and goes first."""
        while len(self._waiting) < self._spares:
            self._waiting.append(self._fork())

    def close(self) -> None:
        """End the fork server and every child; blocks for some milliseconds."""
        while self._waiting:
            self._waiting.popleft().end()
        if self._control is not None:
            self._control.close()
        if self._server is not None:
            self._server.wait()
        self._control = self._server = None

    def _living(self) -> Child | None:
        while self._waiting:
            spare = self._waiting.popleft()
            if not spare.is_over:
                return spare
            spare.end()
        return None

    def _fork(self) -> Child:
        if self._control is not None:
            with contextlib.suppress(OSError):
                return Child(self._control)
        self.close()
        self._control = self._start()
        return Child(self._control)

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            limits = json.dumps(dataclasses.asdict(self._limits))
            name = "services.worker.extraction.fork_server"
            self._server = subprocess.Popen(  # noqa: S603 - this program itself
                [sys.executable, "-P", "-m", name, str(theirs.fileno()), limits, *["prepared"] * bool(self._spares)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=environment(),
                start_new_session=True,
            )
        return ours
