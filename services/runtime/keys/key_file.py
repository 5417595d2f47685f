"""The operator's file of keys: a line of JSON each."""

from __future__ import annotations

import fcntl
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from schema.errors import HeatstreamError
from services.runtime.keys.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class UnusableKeys(HeatstreamError):
    """The file of keys cannot be read or written; the sentence says why, and never what a line holds."""


def read(path: Path) -> dict[str, Key]:
    """The keys of a file by their ids. Raises UnusableKeys."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as failure:
        raise UnusableKeys(f"the keys file {path} cannot be read: {failure.strerror}") from failure
    keys: dict[str, Key] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            key = Key.model_validate_json(line)
        except ValidationError as wrong:
            fields = ", ".join(sorted({".".join(map(str, error["loc"])) or "JSON" for error in wrong.errors()}))
            raise UnusableKeys(f"line {number} of the keys file {path} is no key ({fields})") from None
        if key.id in keys:
            raise UnusableKeys(f"line {number} of the keys file {path} has the id of an earlier one")
        keys[key.id] = key
    return keys


def write(path: Path, keys: Iterable[Key]) -> None:
    """Put these keys in the file's place at once, for its owner alone, who stays the same. Raises UnusableKeys."""
    path = path.resolve()  # what a link leads to is replaced, and not the link
    text = "".join(f"{key.model_dump_json(exclude_none=True)}\n" for key in keys)
    try:
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # of mode 600
        try:
            with os.fdopen(number, "w") as opened:
                if path.exists():
                    owner = path.stat()  # the gateway's user, say, where root makes the keys
                    os.fchown(number, owner.st_uid, owner.st_gid)
                opened.write(text)
                opened.flush()
                os.fsync(opened.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as failure:
        raise UnusableKeys(f"the keys file {path} cannot be written: {failure.strerror}") from failure


@contextmanager
def changing(path: Path) -> Iterator[dict[str, Key]]:
    """The keys of a file, which need not be there yet, to be changed by nobody else meanwhile; written at the end.

    Raises UnusableKeys.
    """
    try:
        folder = os.open(path.resolve().parent, os.O_RDONLY)
    except OSError as failure:
        raise UnusableKeys(f"the keys file {path} cannot be written: {failure.strerror}") from failure
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # the file itself is replaced, so a lock on it would hold up nobody
        keys = read(path) if path.exists() else {}
        yield keys
        write(path, keys.values())
    finally:
        os.close(folder)
