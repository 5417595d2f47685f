"""The operations that answer with swims, as data and as calendars."""

from __future__ import annotations

from schema.requests import ALARMS
from schema.views import ResultsView, ResultView
from services.api.openapi.parts import (
    BATCH,
    BATCH_ID,
    CALENDAR,
    HTML,
    IF_NONE_MATCH,
    JSON,
    OF_BATCH,
    SAME,
    TEXT,
    Answer,
    Document,
    Operation,
    Parameter,
)
from services.api.paths import SWIM

_SWIMS: Document = {"type": "string", "pattern": rf"^({SWIM}(,{SWIM})*)?$"}
_WITHOUT = Parameter("without", "query", _SWIMS, "Swims to leave out: their `id`s, with commas between.")
_ALARM = Parameter(
    "alarm",
    "query",
    {"type": "integer", "enum": list(ALARMS)},
    "Minutes before each swim that has a time, at which to remind; without it nothing reminds.",
)
_ZONE = Parameter(
    "tz",
    "query",
    {"type": "string", "examples": ["Europe/Berlin", "America/New_York"]},
    "The pool's time zone, by its IANA name. Without it times float: they are the clock on the wall, wherever one is.",
)
_CODE = Parameter("code", "path", {"type": "string", "pattern": "^[0-9a-z]{12}$"}, "The `result_code` of a sheet.")
_OF_CODE = ("not-found", "database-unavailable")
_SWUM = Answer(
    200,
    "Each swim that has a day, once (RFC 5545); one without a time is a whole day. Its `UID` stays when the sheet is"
    " read again.",
    {CALENDAR: TEXT},
    ("ETag", "Link"),
)

RESULTS: tuple[Operation, ...] = (
    Operation(
        "results",
        "get",
        f"{BATCH}/results",
        "results",
        "Get the schedule of a batch",
        (Answer(200, "What is read by now, and what is missing.", {JSON: ResultsView}, ("ETag", "Link")), SAME),
        (*OF_BATCH, "unknown-time-zone"),
        parameters=(BATCH_ID, _ZONE, IF_NONE_MATCH),
    ),
    Operation(
        "calendar",
        "get",
        f"{BATCH}/calendar.ics",
        "results",
        "Get the schedule as a calendar, or subscribe to it",
        (_SWUM, SAME),
        (*OF_BATCH, "bad-swims", "bad-alarm", "unknown-time-zone"),
        parameters=(BATCH_ID, _WITHOUT, _ALARM, _ZONE, IF_NONE_MATCH),
    ),
    Operation(
        "shared_result",
        "get",
        "/result/{code}",
        "results",
        "See one sheet by its share link",
        (Answer(200, "What the sheet says of the swimmer; a browser gets a page.", {JSON: ResultView, HTML: TEXT}),),
        (*_OF_CODE, "unknown-time-zone"),
        "Who has a code learns nothing of the batch.",
        (_CODE, _ZONE),
    ),
    Operation(
        "shared_calendar",
        "get",
        "/result/{code}.ics",
        "results",
        "Get one sheet as a calendar by its share link, or subscribe to it",
        (_SWUM, SAME),
        (*_OF_CODE, "bad-swims", "bad-alarm", "unknown-time-zone"),
        parameters=(_CODE, _WITHOUT, _ALARM, _ZONE, IF_NONE_MATCH),
    ),
)
