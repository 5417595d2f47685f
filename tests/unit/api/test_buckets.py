from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.api import buckets
from services.api.buckets import Buckets


def test_a_bucket_gives_a_minutes_worth_at_once_and_then_as_it_fills() -> None:
    sheets = Buckets("sheets", 60)
    assert [sheets.draw("a", 20, 0.0).wait_seconds for _ in range(4)] == [0, 0, 0, 20]
    assert sheets.draw("a", 1, 0.5).wait_seconds == 1
    assert sheets.draw("a", 20, 20.0).wait_seconds == 0
    assert sheets.draw("b", 60, 20.0).wait_seconds == 0


def test_what_it_says_is_what_a_client_needs() -> None:
    sheets = Buckets("sheets", 60)
    drawn = sheets.draw("a", 15, 0.0)
    assert drawn.headers == {"RateLimit-Policy": '"sheets";q=60;w=60', "RateLimit": '"sheets";r=45;t=15'}
    assert sheets.draw("a", 60, 0.0).headers["RateLimit"] == '"sheets";r=45;t=15'


def test_more_than_a_bucket_holds_is_given_by_a_full_one_which_owes_the_rest() -> None:
    sheets = Buckets("sheets", 10)
    assert sheets.draw("a", 25, 0.0).wait_seconds == 0
    assert sheets.draw("a", 1, 0.0).wait_seconds == 96
    assert sheets.draw("a", 1, 96.0).wait_seconds == 0


def test_to_ask_takes_nothing() -> None:
    sheets = Buckets("sheets", 2)
    assert [sheets.draw("a", cost, 0.0).wait_seconds for cost in (0, 2, 0)] == [0, 0, 30]


def test_only_so_many_addresses_are_remembered(monkeypatch: object) -> None:
    monkeypatch.setattr(buckets, "MOST_ADDRESSES", 3)  # type: ignore[attr-defined]  # pytest's own
    sheets = Buckets("sheets", 2)
    for who in "abacda":
        sheets.draw(who, 1, 0.0)
    assert len(sheets) == 3
    assert sheets.draw("a", 1, 0.0).wait_seconds > 0, "who asks often is remembered"
    assert sheets.draw("b", 2, 0.0).wait_seconds == 0


@given(
    st.integers(1, 600),
    st.lists(st.tuples(st.floats(0, 30), st.integers(1, 40)), max_size=60),
)
def test_never_more_is_given_than_a_bucketful_and_what_time_brought(
    a_minute: int, draws: list[tuple[float, int]]
) -> None:
    sheets, now, given_in_all, largest = Buckets("sheets", a_minute), 0.0, 0, 0
    for pause, cost in draws:
        now += pause
        drawn = sheets.draw("a", cost, now)
        if drawn.wait_seconds == 0:
            given_in_all, largest = given_in_all + cost, max(largest, cost)
        else:
            again = Buckets("sheets", a_minute)
            again._known["a"] = sheets._known["a"]
            assert again.draw("a", cost, now + drawn.wait_seconds + 1e-6).wait_seconds == 0, "as was promised"
        assert 0 <= drawn.left <= a_minute
    assert given_in_all <= a_minute + now * a_minute / 60 + max(0, largest - a_minute) + 1e-6
