"""What is read back without being validated again is what validating it gives."""

import json
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from pydantic import BaseModel

import schema
from schema.cloudevents import Fact
from schema.events import EVENTS, BatchEvent, JobCompleted
from services.projector.replay.trusted import trusted
from tests.unit.projector.story import batch_histories

GOLDEN = Path(schema.__file__).parent / "golden"


def read_back(event_type: str, version: int, data: dict[str, object]) -> BatchEvent:
    """As `trusted` gives it, with the extraction, which that leaves as it is, validated."""
    event = trusted(event_type, version, data)
    if isinstance(event, JobCompleted):
        found = JobCompleted.model_fields["extraction"].annotation
        assert found is not None
        event = event.model_copy(update={"extraction": found.model_validate(data["extraction"])})
    return event


def types_of(value: object) -> object:
    """Types all the way down: an equal enum and text, or list and tuple, are not alike."""
    if isinstance(value, BaseModel):
        return type(value), {name: types_of(each) for name, each in value.__dict__.items()}
    if isinstance(value, tuple | list):
        return type(value), [types_of(each) for each in value]
    return next(kind for kind in type(value).__mro__ if not kind.__module__.startswith("asyncpg"))


@pytest.mark.parametrize(
    "path", sorted(path for name in EVENTS for path in GOLDEN.glob(f"{name}.*.json")), ids=lambda path: path.stem
)
def test_of_every_golden_event(path: Path) -> None:
    document = json.loads(path.read_text())
    validated = Fact.from_cloudevent(document).event
    version = int(document["dataschema"].rsplit(":", 1)[1])
    event = read_back(document["type"], version, document["data"])
    assert event == validated
    assert types_of(event) == types_of(validated)


@given(batch_histories())
def test_of_every_event_that_can_be_made_up(history: list[BatchEvent]) -> None:
    for validated in history:
        logged = orjson.loads(orjson.dumps(validated.model_dump(mode="json", exclude_none=True)))
        event = read_back(validated.TYPE, validated.VERSION, logged)
        assert event == validated
        assert types_of(event) == types_of(validated)
