from __future__ import annotations

import math
from collections import OrderedDict
from typing import NamedTuple

#: Addresses of which a bucket is remembered; the one that asked longest ago is forgotten first, and so starts full.
MOST_ADDRESSES = 50_000
MINUTE = 60.0


class Draw(NamedTuple):
    """What became of a draw: `wait_seconds` is 0 where it was given. `left` tokens are there now."""

    policy: str
    a_minute: int
    left: int
    wait_seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """RateLimit fields (draft-ietf-httpapi-ratelimit-headers-10)."""
        full_in = math.ceil((self.a_minute - self.left) * MINUTE / self.a_minute)
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.a_minute};w={int(MINUTE)}',
            "RateLimit": f'"{self.policy}";r={self.left};t={self.wait_seconds or full_in}',
        }


class Buckets:
    """A bucket of tokens for each address: it holds what a minute brings, and fills evenly.

    A draw of more than a bucket holds is given by a full one, which owes the rest. The clock is the caller's.
    """

    def __init__(self, policy: str, a_minute: int) -> None:
        self._policy, self._a_minute = policy, a_minute
        self._known: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def draw(self, who: str, cost: int, now: float) -> Draw:
        """Take `cost` tokens, all or none. A cost of 0 asks whether there is one."""
        level, at = self._known.pop(who, (float(self._a_minute), now))
        level = min(self._a_minute, level + max(0.0, now - at) * self._a_minute / MINUTE)
        missing = min(max(cost, 1), self._a_minute) - level
        if given := missing <= 0:
            level -= cost
        self._known[who] = (level, now)
        if len(self._known) > MOST_ADDRESSES:
            self._known.popitem(last=False)
        wait = 0 if given else max(1, math.ceil(missing * MINUTE / self._a_minute))
        return Draw(self._policy, self._a_minute, max(0, math.floor(level)), wait)
