"""Old payloads become new ones in single hops: `(type, version)` → data of `version + 1`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from schema.events import EVENTS

Data = Any
Hop = Callable[[Data], Data]
Hops = Mapping[tuple[str, int], Hop]

#: One pure function for each version that was ever on the wire and is no longer the newest.
HOPS: Hops = {}


def bring_up(event_type: str, version: int, data: Data, hops: Hops = HOPS) -> Data:
    """Data as the newest version has it. `version` is one of 1 to the newest; the chain has been checked."""
    while (hop := hops.get((event_type, version))) is not None:
        data, version = hop(data), version + 1
    return data


def check_chain(hops: Hops = HOPS, newest: Mapping[str, int] | None = None) -> None:
    """Raise ValueError if a hop is missing or leads nowhere. Every process that reads events calls it first."""
    newest = {name: event.VERSION for name, event in EVENTS.items()} if newest is None else newest
    needed = {(name, version) for name, last in newest.items() for version in range(1, last)}
    if missing := needed - hops.keys():
        raise ValueError(f"the upcast chain has gaps: {sorted(missing)}")
    if stray := hops.keys() - needed:
        raise ValueError(f"hops that lead nowhere: {sorted(stray)}")
