from __future__ import annotations

import os

CHANCE_BYTES = 16
_AT_A_TIME = 64
_drawn: list[bytes] = []
os.register_at_fork(after_in_child=_drawn.clear)  # a child must not go on with its parent's


def chance() -> bytes:
    """16 bytes of the system's chance, of which it is asked for a kilobyte at a time: each question takes longer."""
    if not _drawn:
        more = os.urandom(CHANCE_BYTES * _AT_A_TIME)
        _drawn.extend(more[at : at + CHANCE_BYTES] for at in range(0, len(more), CHANCE_BYTES))
    return _drawn.pop()
