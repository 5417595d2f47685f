from __future__ import annotations

from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from schema.errors import Rejected
from services.api.paths import batch_id_of, cursor_of, page_of

BATCH = "0199c0de-0000-7000-8000-000000000000"


def request(batch_id: str = BATCH, header: str | None = None, **query: str) -> Request:
    headers = [] if header is None else [(b"last-event-id", header.encode())]
    params = {"batch_id": batch_id}
    return Request(
        {"type": "http", "path_params": params, "headers": headers, "query_string": urlencode(query).encode()}
    )


@pytest.mark.parametrize("text", ["", "x", BATCH[:-1], BATCH.replace("-", ""), f"{{{BATCH}}}", BATCH + "\n"])
def test_what_is_no_uuid_is_no_batch_id(text: str) -> None:
    with pytest.raises(Rejected) as refused:
        batch_id_of(request(text))
    assert refused.value.slug == "bad-batch-id"


def test_a_batch_id_may_be_in_capitals() -> None:
    assert str(batch_id_of(request(BATCH.upper()))) == BATCH


def test_the_header_wins_over_the_address_that_a_browser_keeps() -> None:
    assert cursor_of(request(header="9", last_event_id="4")) == 9
    assert cursor_of(request(last_event_id="4")) == 4
    assert cursor_of(request()) == cursor_of(request(header="")) == 0


@pytest.mark.parametrize("text", ["-1", "1.0", "abc", "2147483648", "9" * 40, "\u0663", " 1"])
def test_what_is_no_cursor_is_told_so(text: str) -> None:
    with pytest.raises(Rejected) as refused:
        cursor_of(request(last_event_id=text))
    assert refused.value.slug == "bad-cursor"
    with pytest.raises(Rejected):
        cursor_of(request(header="4", last_event_id=text))


def test_a_page_has_bounds() -> None:
    assert page_of(request(), usual=500, most=1000) == (0, 500)
    assert page_of(request(after="7", limit="1000"), usual=500, most=1000) == (7, 1000)
    for query in ({"limit": "0"}, {"limit": "1001"}, {"after": "-1"}, {"after": "x"}):
        with pytest.raises(Rejected):
            page_of(request(**query), usual=500, most=1000)
