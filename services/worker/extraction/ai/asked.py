from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

#: Gives the endpoint's id of a file that it has and keeps for a while, by our checksum of the file.
KnownFile = Callable[[str], Awaitable[str | None]]


class Question(NamedTuple):
    """Where one swimmer swims, by a PDF."""

    pdf: bytes
    checksum: str
    swimmer: str


class FileGone(Exception):
    """The endpoint does not have this file any more."""
