from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.errors import JobFault
from schema.states import ErrorCode
from services.runtime.topology import DELAYS, retry_queue, retry_queues
from services.worker.retry import MOST_TRIES, delay_seconds

TRANSIENT = [code for code in ErrorCode if code.transient]
PERMANENT = [code for code in ErrorCode if not code.transient]


def fault(code: ErrorCode, retry_after: float | None = None) -> JobFault:
    return JobFault(code, "It went wrong.", retry_after)


def delays(code: ErrorCode, tries: int, retry_after: float | None = None) -> set[int | None]:
    """All that chance may choose."""
    return {delay_seconds(fault(code, retry_after), tries, Random(seed)) for seed in range(50)}  # noqa: S311 - jitter


@pytest.mark.parametrize("code", TRANSIENT)
def test_three_retries_come_later_and_later(code: ErrorCode) -> None:
    assert [delays(code, tries) for tries in range(1, 6)] == [{1, 2}, {4, 5, 6}, {16, 19, 22}, {None}, {None}]


@pytest.mark.parametrize("code", PERMANENT)
def test_what_will_not_pass_is_not_tried_again(code: ErrorCode) -> None:
    assert delays(code, 1, 1) == {None}


@pytest.mark.parametrize(
    ("retry_after", "chosen"),
    [
        (0, {1, 2}),
        (0.5, {1, 2}),
        (1, {1, 2}),
        (1.5, {4, 5, 6}),
        (5, {5, 6}),
        (5.1, {16, 19, 22}),
        (20, {64, 72, 80}),
        (72, {72, 80}),
        (72.1, {None}),
    ],
)
def test_retry_after_is_rounded_up_to_queues(retry_after: float, chosen: set[int | None]) -> None:
    assert delays(ErrorCode.RATE_LIMIT, 1, retry_after) == chosen


@given(st.sampled_from(ErrorCode), st.integers(1, 50), st.none() | st.floats(0, 10_000), st.randoms())
def test_a_retry_is_never_early_and_always_has_a_queue(
    code: ErrorCode, tries: int, retry_after: float | None, chance: Random
) -> None:
    delay = delay_seconds(fault(code, retry_after), tries, chance)
    if delay is not None:
        assert code.transient
        assert tries < MOST_TRIES
        assert retry_queue(delay) in retry_queues()
        assert delay >= max(DELAYS[tries - 1][0], retry_after or 0)


@given(st.integers(1, MOST_TRIES - 1), st.none() | st.floats(0, 72), st.randoms(use_true_random=True))
def test_equal_failures_do_not_come_back_at_one_instant(tries: int, retry_after: float | None, chance: Random) -> None:
    chosen = Counter(delay_seconds(fault(ErrorCode.TIMEOUT, retry_after), tries, chance) for _ in range(300))
    assert len(chosen) > 1
    assert max(chosen.values()) < 200


def test_a_delay_gets_no_longer_than_the_next_one() -> None:
    assert all(shorter[-1] < longer[0] for shorter, longer in pairwise(DELAYS))
    assert all(delay[-1] <= 2 * delay[0] for delay in DELAYS)
