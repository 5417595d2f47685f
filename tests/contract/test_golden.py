"""One file for each (type, version) that was ever on the wire, for ever: each must still load, and fold."""

import json
from pathlib import Path

import pytest

import schema
from schema import upcast
from schema.cloudevents import Fact
from schema.commands import COMMANDS, ProcessJob
from schema.errors import Poison
from schema.events import EVENTS, BatchSubmitted
from services.projector.fold import Unchanged, evolve
from services.projector.state import Batch

GOLDEN = Path(schema.__file__).parent / "golden"
SUBMITTED = Fact.from_cloudevent(json.loads((GOLDEN / "batch.submitted.1.json").read_text()))
MESSAGES = {**COMMANDS, ProcessJob.TYPE: ProcessJob}


def test_each_version_has_its_file_and_no_file_is_left_over() -> None:
    models = {**EVENTS, **MESSAGES}
    wanted = {f"{name}.{version}.json" for name, model in models.items() for version in range(1, model.VERSION + 1)}
    assert {path.name for path in GOLDEN.iterdir()} == wanted


@pytest.mark.parametrize("path", [GOLDEN / f"{name}.1.json" for name in EVENTS], ids=lambda path: path.stem)
def test_an_event_loads_and_folds_and_goes_back_to_the_same_document(path: Path) -> None:
    document = json.loads(path.read_text())
    fact = Fact.from_cloudevent(document)
    after = evolve(None if isinstance(fact.event, BatchSubmitted) else evolve_submitted(), fact)
    assert isinstance(after, Batch | Unchanged)
    assert {**fact.to_cloudevent(), "time": document["time"]} == document


def evolve_submitted() -> Batch:
    batch = evolve(None, SUBMITTED)
    assert isinstance(batch, Batch)
    return batch


@pytest.mark.parametrize("name", MESSAGES)
def test_a_command_loads_and_goes_back_to_the_same_document(name: str) -> None:
    document = json.loads((GOLDEN / f"{name}.1.json").read_text())
    assert json.loads(MESSAGES[name].model_validate(document).model_dump_json(exclude_none=True)) == document


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "batch.exploded"}, "unknown_type"),
        ({"dataschema": "urn:heatstream:event:batch.submitted:99"}, "future_version"),
        ({"dataschema": "urn:heatstream:event:batch.cancelled:1"}, "unknown_type"),
        ({"subject": "not-a-batch"}, "bad_envelope"),
        ({"time": "2026-07-17T18:00:00"}, "bad_envelope"),
        ({"specversion": "0.3"}, "bad_envelope"),
        ({"data": None}, "bad_data"),
        ({"data": {"swimmer_name": "Maya", "jobs": []}}, "bad_data"),
        ({"data": {"swimmer_name": "May\u0000a", "jobs": SUBMITTED.to_cloudevent()["data"]["jobs"]}}, "bad_data"),
    ],
)
def test_a_bad_event_is_poison_with_its_reason_and_without_its_values(change: dict[str, object], reason: str) -> None:
    with pytest.raises(Poison) as caught:
        Fact.from_cloudevent({**SUBMITTED.to_cloudevent(), **change})
    assert caught.value.reason == reason
    assert "Maya" not in caught.value.sentence


def test_old_data_is_brought_up_hop_by_hop() -> None:
    hops = {
        ("job.failed", 1): lambda data: {**data, "second": True},
        ("job.failed", 2): lambda data: {**data, "third": data["second"]},
    }
    upcast.check_chain(hops, {"job.failed": 3})
    assert upcast.bring_up("job.failed", 1, {}, hops) == {"second": True, "third": True}
    assert upcast.bring_up("job.failed", 3, {}, hops) == {}


def test_a_gap_or_a_stray_hop_stops_the_process() -> None:
    upcast.check_chain()
    with pytest.raises(ValueError, match="gaps"):
        upcast.check_chain({("job.failed", 2): dict}, {"job.failed": 3})
    with pytest.raises(ValueError, match="lead nowhere"):
        upcast.check_chain({("job.failed", 1): dict}, {"job.failed": 1})
