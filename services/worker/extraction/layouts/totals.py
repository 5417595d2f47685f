"""What a sheet counts itself, against what was read of it."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from schema.extraction import Kind, Warning  # noqa: A004 - as in its home
from services.worker.extraction.layouts.words import either

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from services.worker.extraction.layouts.draft import Draft, Plan
    from services.worker.extraction.layouts.words import Words


def differences(
    drafts: Sequence[Draft], plans: Mapping[tuple[str | None, str], Plan], texts: Iterable[str], words: Words
) -> Iterator[Warning]:
    """A warning with both numbers for each count of heats or entries that the reading does not reach or goes beyond."""
    yield from _heats(plans)
    yield from _entries(drafts, texts, words)


def _heats(plans: Mapping[tuple[str | None, str], Plan]) -> Iterator[Warning]:
    """An event may be held in several sessions: what counts is whether a heat was read in any."""
    seen: dict[str, set[int]] = defaultdict(set)
    printed: dict[str, int] = defaultdict(int)
    for (_, event), plan in plans.items():
        seen[event] |= {number for _, number in plan.seen}
        printed[event] = max(printed[event], plan.heats or 0, *plan.counts.values(), 0)
    for event, count in printed.items():
        read = len(seen[event])
        if seen[event] and read < count:
            message = f"Event {event} has {count} heats by its own count, and {read} of them were read."
            yield Warning(code="heats_differ", message=message)


def _entries(drafts: Sequence[Draft], texts: Iterable[str], words: Words) -> Iterator[Warning]:
    total = re.compile(rf"(?:{either(words.all_clubs)})\b.*?(?P<single>\d+)\s*/\s*(?P<relay>\d+)", re.IGNORECASE)
    found = next((found for text in texts if (found := total.fullmatch(text))), None)
    if found is None:
        return
    relays = sum(draft["kind"] is Kind.RELAY for draft in drafts)
    singles = sum(draft["kind"] is not Kind.ALTERNATE for draft in drafts) - relays
    for name, count, read in (("entries", int(found["single"]), singles), ("relays", int(found["relay"]), relays)):
        if count != read:
            yield Warning(code="entries_differ", message=f"The sheet counts {count} {name} in all; {read} were read.")
