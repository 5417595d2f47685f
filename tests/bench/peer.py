"""The same fold into the same tables by the `eventsourcing` library: its ProjectionRunner, an event a transaction.

Its events are in its own store, so the rows of our log are left out; that favours it.
"""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner

from schema.cloudevents import Fact
from services.projector import tables
from services.projector.record import Arrival, Folded, record
from services.projector.store import Rows
from services.runtime.chance import chance
from services.runtime.queries import query
from tests.bench import traffic

if TYPE_CHECKING:
    from uuid import UUID

    from eventsourcing.persistence import Tracking

    from services.projector.state import Placed

MOST_SECONDS = 120
EVENTS_A_SAVE = 100
#: A JSONB array goes in as text.
JSON_COLUMNS = slice(9, 12)


class Story(Aggregate):
    """What was said, in order; one aggregate does, because its projection reads all of them as one sequence."""

    class Said(Aggregate.Event):
        document: dict[str, Any]

    def say(self, document: dict[str, Any]) -> None:
        self.trigger_event(self.Said, document=document)


class Tables(PostgresTrackingRecorder):
    def write(self, rows: Rows, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            with psycopg.RawCursor(cursor.connection) as raw:
                for name, some in (*rows.batches, *rows.results):
                    if some:
                        raw.execute(query(name).encode(), _spoken(name, tables.arrays(some)))
            self._insert_tracking(cursor, tracking)

    def skip(self, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)


class Fold(Projection[Tables]):
    def __init__(self, view: Tables) -> None:
        super().__init__(view)
        self._places: dict[UUID, Placed | None] = {}

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:  # noqa: ANN401 - as the library has it
        if not isinstance(domain_event, Story.Said):
            self.view.skip(tracking)
            return
        fact = Fact.from_cloudevent(domain_event.document)
        before = {fact.batch_id: self._places.get(fact.batch_id)}
        folded: Folded = record(before, [Arrival(fact, domain_event.document)], chance)
        self.view.write(Rows.of("peer", before, folded), tracking)
        self._places.update(folded.touched)


def events_per_second(database_url: str, mix: traffic.Mix, events: int) -> float:
    """Of the projection alone: its store is filled before."""
    parts = urlsplit(database_url)
    environment = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path[1:],
        "POSTGRES_HOST": str(parts.hostname),
        "POSTGRES_PORT": str(parts.port),
        "POSTGRES_USER": str(parts.username),
        "POSTGRES_PASSWORD": str(parts.password),
    }
    application = Application[Any](environment)
    story = Story()
    for number, fact in enumerate(islice(traffic.facts(mix), events), start=1):
        story.say(fact.to_cloudevent())
        if number % EVENTS_A_SAVE == 0 or number == events:
            application.save(story)
    last = application.recorder.max_notification_id()
    began = time.perf_counter()
    with ProjectionRunner(
        application_class=Application[Any], projection_class=Fold, view_class=Tables, env=environment
    ) as runner:
        runner.wait(last, timeout=MOST_SECONDS)
        seconds = time.perf_counter() - began
    application.close()
    return events / seconds


def _spoken(name: str, columns: list[list[Any]]) -> list[list[Any]]:
    if name == "projector_upsert_extractions":
        columns[JSON_COLUMNS] = [[text.decode() for text in column] for column in columns[JSON_COLUMNS]]
    return columns
