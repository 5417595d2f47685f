from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from schema.identity import partition_of
from services.cli.commands.set_aside.retry import home
from services.runtime.clock import new_id

if TYPE_CHECKING:
    import asyncpg


def aside(**columns: Any) -> asyncpg.Record:  # noqa: ANN401 - a row's
    return cast("asyncpg.Record", {"batch_id": None, "queue": "heatstream.events.1", **columns})


def test_an_event_goes_to_the_partition_of_its_batch_wherever_it_came_by() -> None:
    batch = new_id()
    assert home(aside(batch_id=batch), 16) == partition_of(batch, 16)


@pytest.mark.parametrize(
    ("queue", "partition"), [("heatstream.events.1", 1), ("heatstream.events.2", None), ("x", None)]
)
def test_an_event_of_no_batch_goes_where_it_came_by_if_that_is_still_there(queue: str, partition: int | None) -> None:
    assert home(aside(queue=queue), 2) == partition
