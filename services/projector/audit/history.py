"""The log held against `heatstream.history`, as far back as that reaches: what was said is there, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import psycopg
from aio_pika.exceptions import ChannelNotFoundEntity

from schema.cloudevents import Fact
from schema.errors import Poison, Transient
from services.projector.audit.difference import HISTORY as PLACE
from services.projector.audit.difference import LOG, Difference
from services.projector.audit.log import Row
from services.projector.audit.looking import fetch, looking
from services.projector.chain import canonical
from services.runtime.history import end, reading
from services.runtime.queries import query
from services.runtime.topology import events_queue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from aio_pika.abc import AbstractConnection

    from services.projector.audit.looking import Looking

EVENTS_A_QUERY = 1000
#: A broker that has more to send and is silent for so long is away.
AWAY_SECONDS = 60.0
#: Publishers' clocks are not one clock, and what was said first may come a little later.
SLACK = timedelta(minutes=1)
#: Of the first events of a stream that was cut, the latest says from where on everything is there.
FIRST_EVENTS = 100


class Said(NamedTuple):
    """An event of the stream."""

    offset: int
    fact: Fact


class Missing(NamedTuple):
    """An event of the stream that the log does not have."""

    message_id: UUID
    batch_id: UUID
    type: str


async def said(connection: AbstractConnection, heard: Callable[[int, int], None]) -> AsyncIterator[list[Said]]:
    """The events of the stream by the thousand, from its first message to the one that is its last now.

    What cannot be read was set aside. `heard` gets how many messages were read, of how many. Raises Transient, and
    Rejected where there is no stream.
    """
    if (newest := await end(connection)) is None:
        return
    gathered, offset, first = list[Said](), -1, None
    async with reading(connection, "first") as reader:
        while offset < newest:
            message = await reader.next(AWAY_SECONDS)
            if message is None:
                raise Transient("the message broker does not send what its stream has")
            offset = message.offset
            first = offset if first is None else first
            gathered += (Said(offset, fact) for fact in _facts(message.body))
            await reader.acknowledge(message)
            if len(gathered) >= EVENTS_A_QUERY:
                heard(offset - first + 1, newest - first + 1)
                yield gathered
                gathered = []
    yield gathered


class History:
    """What the stream says beside what the log says.

    It remembers which events of a batch it met, in a bit each. `only` are the batches that are asked for; None is all.
    """

    def __init__(
        self, url: str, partitions: int, only: Collection[UUID] | None = None, slack: timedelta = SLACK
    ) -> None:
        self._url, self._partitions, self._slack = url, partitions, slack
        self._only = None if only is None else frozenset(only)
        self._met: defaultdict[UUID, int] = defaultdict(int)
        self._missing: list[Missing] = []
        self._since: datetime | None = None
        self._until: datetime | None = None
        self.events = self.not_folded_yet = 0

    async def differences(
        self, connection: AbstractConnection, heard: Callable[[int, int], None] = lambda *_: None
    ) -> list[Difference]:
        """All that there are. `heard` gets how many messages were read, of how many. Raises Transient."""
        found: list[Difference] = []
        with looking(self._url) as seen:
            async for events in said(connection, heard):
                self._reaches(events)
                facts = [one.fact for one in events if self._only is None or one.fact.batch_id in self._only]
                self.events += len(facts)
                found += self._compared(seen, facts)
            found += self._unsaid(seen)
        missing = self._still_missing()
        if missing and await _waiting(connection, self._partitions):
            self.not_folded_yet = len(missing)
            return found
        return found + [
            Difference(one.batch_id, None, LOG, "message_id", f"the stream has a {one.type} that it has not")
            for one in missing
        ]

    def _reaches(self, events: Sequence[Said]) -> None:
        if not events:
            return
        times = [one.fact.occurred_at for one in events]
        if self._since is None:
            first = times[:FIRST_EVENTS]
            self._since = max(first) + self._slack if events[0].offset else first[0]
        self._until = max(times) - self._slack

    def _compared(self, seen: Looking, facts: Sequence[Fact]) -> Iterator[Difference]:
        ids = [fact.id for fact in facts]
        rows = {row.message_id: row for row in map(Row._make, fetch(seen, "projector_audit_messages", ids))}
        aside = set(fetch(seen, "projector_audit_aside", ids))
        for fact in facts:
            row, refused = rows.get(fact.id), (fact.id, fact.batch_id) in aside
            if row is None:
                if not refused:
                    self._missing.append(Missing(fact.id, fact.batch_id, fact.event.TYPE))
                continue
            if refused and row.batch_id != fact.batch_id:
                continue  # it took the id of another batch's event
            seen_before = self._met[row.batch_id] >> row.event_id & 1
            self._met[row.batch_id] |= 1 << row.event_id
            for column in () if seen_before else _unlike(row, fact):
                yield Difference(row.batch_id, row.event_id, LOG, column, "the stream says otherwise")

    def _still_missing(self) -> list[Missing]:
        """What was on its way to the log has arrived by now, for the end of the stream was waited for."""
        left: list[Missing] = []
        with looking(self._url) as seen:
            for start in range(0, len(self._missing), EVENTS_A_QUERY):
                some = self._missing[start : start + EVENTS_A_QUERY]
                ids = [one.message_id for one in some]
                there = {row[2] for row in fetch(seen, "projector_audit_messages", ids)}
                aside = set(fetch(seen, "projector_audit_aside", ids))
                left += (one for one in some if one.message_id not in there and one[:2] not in aside)
        return left

    def _unsaid(self, seen: Looking) -> Iterator[Difference]:
        """Rows of the time that the stream reaches over, which it does not have."""
        if self._since is None:
            return
        with psycopg.RawServerCursor[tuple[Any, ...]](seen, "unsaid") as cursor:
            cursor.itersize = 10 * EVENTS_A_QUERY
            sent = cursor.execute(query("projector_audit_sent"), (self._since, self._until), binary=True)
            for batch_id, event_id in sent:
                wanted = self._only is None or batch_id in self._only
                if wanted and not self._met[batch_id] >> event_id & 1:
                    yield Difference(batch_id, event_id, PLACE, "id", "the log has an event that the stream has not")


async def _waiting(connection: AbstractConnection, partitions: int) -> bool:
    """Whether a queue of the projector's has messages that nobody took yet."""
    for number in range(partitions):
        channel = await connection.channel()
        try:
            queue = await channel.declare_queue(events_queue(number), passive=True)
        except ChannelNotFoundEntity:
            continue
        if queue.declaration_result.message_count:
            return True
    return False


def _facts(body: bytes) -> Iterator[Fact]:
    try:
        elements = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    for element in elements if isinstance(elements, list) else ():
        try:
            yield Fact.from_cloudevent(element)
        except Poison:
            continue


def _unlike(row: Row, fact: Fact) -> Iterator[str]:
    """The columns in which a row is not what was said."""
    here = (row.batch_id, row.type, row.version, row.occurred_at, row.source, *row[8:11])
    there = (fact.batch_id, fact.event.TYPE, fact.event.VERSION, fact.occurred_at, fact.source, *fact[5:8])
    names = ("batch_id", "type", "version", "occurred_at", "source", "correlation_id", "causation_id", "traceparent")
    yield from (name for name, was, is_ in zip(names, here, there, strict=True) if was != is_)
    document = row.document()
    if document is not None and canonical(document) != canonical(fact.event.model_dump(mode="json", exclude_none=True)):
        yield "data"
