from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """What a key is good for; none of them includes another."""

    SUBMIT = "submit"
    READ = "read"
    ADMIN = "admin"
