"""How pages of a batch's log are asked for."""

from __future__ import annotations

from services.api.openapi.parts import Parameter
from services.api.paths import LARGEST, LONGEST_WAIT_SECONDS
from services.api.routes.events import LARGEST_PAGE, USUAL_PAGE

PAGE = (
    Parameter(
        "after",
        "query",
        {"type": "integer", "minimum": 0, "maximum": LARGEST, "default": 0},
        "Of a page: the last event that you have.",
    ),
    Parameter(
        "limit",
        "query",
        {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": USUAL_PAGE},
        "Of a page: how many events.",
    ),
    Parameter(
        "wait",
        "query",
        {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT_SECONDS},
        "Of a page: seconds to wait for an event that a stream tells, where there is none after `after`; the answer may"
        " be an empty page. `next_after` and `next` then stand there until `over`: follow them for all of the batch.",
    ),
)
