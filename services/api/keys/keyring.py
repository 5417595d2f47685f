from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from services.runtime.clock import now
from services.runtime.keys.key import Key, id_of, make
from services.runtime.keys.key_file import UnusableKeys, read
from services.runtime.keys.scope import Scope

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger()
#: How long the file may have said something else without being heard.
LOOK_SECONDS = 1.0
#: Compared with where there is no key of an id, so that the time does not tell which ids there are.
_, _NOBODY = make("nobody", frozenset(Scope), at=now())


class Keyring:
    """The keys of a file as it is now, without a restart.

    A file that cannot be read is logged, once; what it said before holds until it is mended, and at first nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys: dict[str, Key] = {}
        self._seen: object = None
        self._look_at = 0.0
        self._look()

    def find(self, given: str) -> Key | None:
        """The key that `given` is; None for one that is not here, or not any more."""
        self._look()
        key = self._keys.get(id_of(given) or "", _NOBODY)
        return key if key.opens(given) and not key.expired(now()) else None

    def _look(self) -> None:
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + LOOK_SECONDS
        seen = self._state()
        if seen == self._seen:
            return
        self._seen = seen
        try:
            self._keys = read(self._path)
        except UnusableKeys as broken:
            log.error("keys.unreadable", error=str(broken), keys=len(self._keys))  # noqa: TRY400 - what is said is all
        else:
            log.info("keys.read", keys=len(self._keys))

    def _state(self) -> object:
        """Something else whenever the file may be; what is put in its place has another number."""
        try:
            told = self._path.stat()
        except OSError as failure:
            return failure.errno
        return told.st_mtime_ns, told.st_size, told.st_ino
