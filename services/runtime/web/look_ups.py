from __future__ import annotations

import socket
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread


class LookUps:
    """The system's resolver, on at most so many threads: a name server that is silent holds one for many seconds.

    Not on those that all else waits for, and not on a standard pool's: the end of a process waits for those.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._threads: list[Thread] = []
        self._asked: SimpleQueue[tuple[Future[list[str]], str, int]] = SimpleQueue()

    def begin(self, host: str, port: int) -> Future[list[str]]:
        """Addresses as `getaddrinfo` spells them, or what it raises. To be called from one thread only."""
        future: Future[list[str]] = Future()
        self._asked.put((future, host, port))
        if len(self._threads) < self._most:
            self._threads.append(Thread(target=self._work, name="look-up", daemon=True))
            self._threads[-1].start()
        return future

    def _work(self) -> None:
        while True:
            future, host, port = self._asked.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                future.set_result([str(address[0]) for *_, address in found])
            except Exception as failed:  # noqa: BLE001 - raised where it is waited for
                future.set_exception(failed)
