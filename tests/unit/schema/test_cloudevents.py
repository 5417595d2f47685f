"""A batch read at once is what it is read one by one; where it cannot be, each element is told what is wrong."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.cloudevents import Fact
from schema.errors import Poison
from schema.events import BatchCancelled
from services.projector.intake import read
from services.projector.record import Arrival, SetAside
from tests.unit.projector.story import completed, fact, submitted

GOOD = [fact(event).to_cloudevent() for event in (submitted(2), completed(1), BatchCancelled())]
ODD = st.sampled_from(
    [
        None,
        True,
        0,
        -0.0,
        1.0,
        1e300,
        2**63,
        "",
        "1",
        " x ",
        "\x00",
        "é\u2028",
        "2026-07-17",
        [],
        {},
        [[1]],
        {"a": {"b": 1}},
    ]
)
NAMES = st.sampled_from(
    ["id", "type", "time", "subject", "source", "dataschema", "data", "specversion", "traceparent", "x"]
)
DATA_NAMES = st.sampled_from(["swimmer_name", "attempt", "cached", "job_id", "extraction", "file_checksum", "y"])


@st.composite
def elements(draw: st.DrawFn) -> dict[str, Any]:
    """A good event with a few values that are perhaps not."""
    element = dict(draw(st.sampled_from(GOOD)))
    for name in draw(st.lists(NAMES, max_size=2)):
        element[name] = draw(ODD)
    if isinstance(element["data"], dict) and draw(st.booleans()):
        element["data"] = {**element["data"], draw(DATA_NAMES): draw(ODD)}
    return element


@given(st.lists(elements(), min_size=1, max_size=3))
def test_read_at_once_and_one_by_one_are_alike(batch: list[dict[str, Any]]) -> None:
    body = orjson.dumps(batch)
    try:
        one_by_one = [Fact.from_cloudevent(element) for element in orjson.loads(body)]
    except Poison:
        assert Fact.from_message(body) is None
    else:
        assert Fact.from_message(body) == one_by_one


@given(st.sampled_from([b"1e999", b"9" * 400, b"\xff", b'"\\ud800"', b"01", b"\x00", b""]) | st.binary(max_size=4))
def test_what_was_read_at_once_can_be_set_aside_later(odd: bytes) -> None:
    body = orjson.dumps([{**GOOD[0], "x": 7}]).replace(b'"x":7', b'"x":' + odd)
    for one in read(body):
        if isinstance(one, Arrival):
            one.aside("stale", "it changes nothing")


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_what_only_one_parser_takes_for_json_is_set_aside(number: bytes) -> None:
    body = orjson.dumps([{**GOOD[0], "x": 7}]).replace(b'"x":7', b'"x":' + number)
    assert [one.reason for one in read(body) if isinstance(one, SetAside)] == ["not_json"]


def test_an_event_that_is_set_aside_later_is_kept_as_it_came() -> None:
    batch = [GOOD[0], {**GOOD[1], "comexampleextension": "theirs"}]
    second = read(orjson.dumps(batch))[1]
    assert isinstance(second, Arrival)
    assert orjson.loads(second.aside("stale", "it changes nothing").body) == batch[1]


def test_one_wrong_event_does_not_hold_up_its_neighbours() -> None:
    good, bad, other = read(orjson.dumps([GOOD[0], {**GOOD[1], "data": {}}, GOOD[2]]))
    assert isinstance(good, Arrival)
    assert isinstance(bad, SetAside)
    assert isinstance(other, Arrival)
    assert bad.reason == "bad_data"
