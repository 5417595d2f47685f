"""The operations under /api/admin."""

from __future__ import annotations

from schema.admin_views import CalledView, ListedBatchesView, SetAsidesView, StatsView
from schema.states import BatchStatus
from services.api.admin.questions import LARGEST_ID, LARGEST_PAGE, PLACE, REASON, USUAL_PAGE
from services.api.openapi.parts import JSON, Answer, Operation, Parameter

_LIMIT = Parameter(
    "limit",
    "query",
    {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": USUAL_PAGE},
    "How many of a page.",
)
_ON_PAGE = ("bad-filter", "bad-page", "database-unavailable")

ADMIN_OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "stats",
        "get",
        "/api/admin/stats",
        "admin",
        "See how everything is, and how much there is",
        (Answer(200, "As it is now, as far as database and broker are there.", {JSON: StatsView}),),
        description="What `heatstream status` says, and counts of batches and jobs. It may take seconds.",
    ),
    Operation(
        "batches",
        "get",
        "/api/admin/batches",
        "admin",
        "List batches, newest first",
        (Answer(200, "A page of them.", {JSON: ListedBatchesView}, ("Link",)),),
        _ON_PAGE,
        "Without whose they are. An id is the right to read its batch, and to order something of it.",
        (
            Parameter("status", "query", {"enum": [status.value for status in BatchStatus]}, "Only those that are so."),
            Parameter(
                "since", "query", {"type": "string", "format": "date-time"}, "Only those that were submitted since."
            ),
            Parameter(
                "after", "query", {"type": "string", "pattern": f"^{PLACE}$"}, "The `next_after` of the page before."
            ),
            _LIMIT,
        ),
    ),
    Operation(
        "set_asides",
        "get",
        "/api/admin/set-asides",
        "admin",
        "List the events that the projector set aside, oldest first",
        (Answer(200, "A page of them, without their bytes.", {JSON: SetAsidesView}, ("Link",)),),
        _ON_PAGE,
        "`heatstream set-aside` shows them whole, and gives them to the projector again.",
        (
            Parameter("reason", "query", {"type": "string", "pattern": f"^{REASON}$"}, "Only what is here for this."),
            Parameter("open", "query", {"type": "boolean", "default": False}, "Only what could be retried."),
            Parameter(
                "after",
                "query",
                {"type": "integer", "minimum": 0, "maximum": LARGEST_ID, "default": 0},
                "The `next_after` of the page before.",
            ),
            _LIMIT,
        ),
    ),
    Operation(
        "run_janitor",
        "post",
        "/api/admin/janitor",
        "admin",
        "Have the janitor look around now",
        (Answer(202, "Every worker is told, and the one whose turn it is looks.", {JSON: CalledView}),),
        ("broker-unavailable", "no-worker"),
        "It comes by itself every HEATSTREAM_JANITOR_SECONDS. What it does is in the worker's log.",
    ),
)
