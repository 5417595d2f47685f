from __future__ import annotations

from dataclasses import dataclass

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a stranger's PDF may use up. `wall_seconds` is kept by the parent, and by the child's own alarm."""

    memory_bytes: int = 1024 * _MEGABYTE
    cpu_seconds: int = 30
    wall_seconds: float = 45
    result_bytes: int = 64 * _MEGABYTE
    pages: int = 300
    #: At a time; a few are for lazy imports and for fonts, the rest is nobody's.
    open_files: int = 32
