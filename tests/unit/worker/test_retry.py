from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.errors import JobFault
from schema.states import ErrorCode
from services.runtime.topology import DELAYS
from services.worker.retry import MOST_TRIES, delay_seconds

TRANSIENT = [code for code in ErrorCode if code.transient]
PERMANENT = [code for code in ErrorCode if not code.transient]


def fault(code: ErrorCode, retry_after: float | None = None) -> JobFault:
    return JobFault(code, "It went wrong.", retry_after)


@pytest.mark.parametrize("code", TRANSIENT)
def test_three_retries_come_later_and_later(code: ErrorCode) -> None:
    assert [delay_seconds(fault(code), attempt) for attempt in range(1, 6)] == [1, 4, 16, None, None]


@pytest.mark.parametrize("code", PERMANENT)
def test_what_will_not_pass_is_not_tried_again(code: ErrorCode) -> None:
    assert delay_seconds(fault(code, 1), 1) is None


@pytest.mark.parametrize(
    ("retry_after", "delay"), [(0, 1), (0.5, 1), (1, 1), (1.5, 4), (5, 16), (16.1, 64), (64, 64), (64.1, None)]
)
def test_retry_after_is_rounded_up_to_a_queue(retry_after: float, delay: int | None) -> None:
    assert delay_seconds(fault(ErrorCode.RATE_LIMIT, retry_after), 1) == delay


@given(st.sampled_from(ErrorCode), st.integers(1, 50), st.none() | st.floats(0, 10_000))
def test_a_retry_is_never_early_and_always_has_a_queue(
    code: ErrorCode, attempt: int, retry_after: float | None
) -> None:
    delay = delay_seconds(fault(code, retry_after), attempt)
    if delay is not None:
        assert code.transient
        assert attempt < MOST_TRIES
        assert delay in DELAYS
        assert delay >= (retry_after or 0)
