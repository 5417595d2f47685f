"""Every operation of the gateway. A test holds this table against the routes, and a fuzz against a running gateway."""

from __future__ import annotations

from schema.discovery import DiscoveredView
from schema.requests import DiscoverRequest, NotifyRequest, RetryRequest, SubmitForm, SubmitRequest
from schema.streamed import NAMES
from schema.views import BatchView, EventsView, OrderedView, SubmittedView
from services.api.openapi.admin_operations import ADMIN_OPERATIONS
from services.api.openapi.paging import PAGE
from services.api.openapi.parts import (
    BATCH,
    BATCH_ID,
    FORM,
    HTML,
    IF_NONE_MATCH,
    JSON,
    OF_BATCH,
    SAME,
    STREAM,
    TEXT,
    UUID,
    Answer,
    Document,
    Operation,
    Parameter,
)
from services.api.openapi.results import RESULTS
from services.api.openapi.watching import STREAM_EVENT, WATCHING
from services.api.paths import LARGEST
from services.api.problems import CATALOGUE

_CURSOR: Document = {"type": "integer", "minimum": 0, "maximum": LARGEST}
#: An empty one is none.
_CURSOR_OR_BLANK: Document = {"anyOf": [_CURSOR, {"type": "string", "maxLength": 0}]}
_OBJECT: Document = {"type": "object"}

_TRACEPARENT = Parameter("traceparent", "header", TEXT, "W3C Trace Context: goes with the command, and comes back.")

_ON_ORDER = (*OF_BATCH, "broker-unavailable")
_ON_BODY = ("bad-json", "body-too-large", "unknown-field")
_ON_FORM = ("bad-json", "bad-encoding", "broken-multipart", "body-too-large", "field-too-large", "unknown-field")
_ON_SUBMIT = (
    "bad-idempotency-key",
    "pdf-too-large",
    "unsupported-media-type",
    "not-a-pdf",
    "empty-batch",
    "too-many-files",
    "name-missing",
    "name-blank",
    "name-too-long",
    "name-not-a-line",
    "too-many-swimmers",
    "swimmer-twice",
    "bad-url",
    "bad-email",
    "mail-off",
    "broker-unavailable",
    "blob-store-unavailable",
)
_ON_DISCOVER = (
    "unsupported-media-type",
    "bad-url",
    "link-blocked",
    "page-not-found",
    "page-too-large",
    "page-unreadable",
    "not-a-page",
    "site-unreachable",
    "discovery-busy",
)
_ON_RETRY = ("unknown-job", "batch-cancelled", "job-not-failed", "nothing-failed", "bad-job-ids")
_ORDERED = (Answer(202, "The broker has the order.", {JSON: OrderedView}, ("Location", "Link")),)

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "submit",
        "post",
        "/api/batches",
        "sheets",
        "Hand in sheets and the names of swimmers",
        (
            Answer(
                202,
                "The broker has all of it; `Location` is the first swimmer's batch.",
                {JSON: SubmittedView},
                ("Location", "Link"),
            ),
        ),
        (*_ON_FORM, *_ON_SUBMIT, "uploads-busy"),
        "Each swimmer is a batch of their own over all the sheets. It is taken whole or not at all.",
        (
            Parameter(
                "Idempotency-Key",
                "header",
                {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"},
                "The same request sent again under the same key makes no second batch. A 503 may name the one to use.",
            ),
            _TRACEPARENT,
        ),
        {FORM: SubmitForm, JSON: SubmitRequest},
    ),
    Operation(
        "discover",
        "post",
        "/api/discover",
        "sheets",
        "List the PDFs that a meet's page links to",
        (Answer(200, "Likely heat sheets first.", {JSON: DiscoveredView}),),
        (*_ON_FORM, *_ON_DISCOVER),
        body={JSON: DiscoverRequest, FORM: DiscoverRequest},
    ),
    Operation(
        "batch",
        "get",
        BATCH,
        "batches",
        "See how a batch and its sheets are",
        (Answer(200, "As it is now.", {JSON: BatchView}, ("ETag", "Link")), SAME),
        OF_BATCH,
        "A batch that was submitted a moment ago is waited for.",
        (BATCH_ID, IF_NONE_MATCH),
    ),
    Operation(
        "events",
        "get",
        f"{BATCH}/events",
        "batches",
        "Follow a batch live, or page through its log",
        (
            Answer(
                200,
                f"A page of the log as {JSON}; as {STREAM} each event as it happens, with its place in the log as `id`:"
                f" {', '.join(f'`{name}`' for name in NAMES.values())}.",
                {JSON: EventsView, STREAM: STREAM_EVENT},
                ("Link",),
            ),
            Answer(204, "The batch is over, and you have it all: do not come back."),
        ),
        (*OF_BATCH, "bad-cursor", "bad-page", "cursor-ahead", "shutting-down", "too-many-streams"),
        "A stream is resumed by `Last-Event-ID`, as an EventSource does it, and ends with the batch.",
        (
            BATCH_ID,
            Parameter("Last-Event-ID", "header", _CURSOR_OR_BLANK, "The last event that you have, of a stream."),
            Parameter(
                "last_event_id",
                "query",
                _CURSOR_OR_BLANK,
                "The same, for who cannot set a header, which goes before it.",
            ),
            *PAGE,
        ),
    ),
    *WATCHING,
    *RESULTS,
    Operation(
        "cancel",
        "post",
        f"{BATCH}/cancel",
        "orders",
        "Stop the work; what is finished stays",
        _ORDERED,
        (*_ON_ORDER, "batch-over"),
        parameters=(BATCH_ID, _TRACEPARENT),
    ),
    Operation(
        "retry",
        "post",
        f"{BATCH}/retry",
        "orders",
        "Try failed sheets again: those named, or all",
        _ORDERED,
        (*_ON_ORDER, *_ON_BODY, *_ON_RETRY),
        parameters=(BATCH_ID, _TRACEPARENT),
        body={JSON: RetryRequest},
        body_required=False,
    ),
    Operation(
        "retry_job",
        "post",
        f"{BATCH}/jobs/{{job_id}}/retry",
        "orders",
        "Try one failed sheet again",
        _ORDERED,
        (*_ON_ORDER, *_ON_RETRY),
        parameters=(
            BATCH_ID,
            Parameter("job_id", "path", UUID, "The sheet's job, as the batch names it."),
            _TRACEPARENT,
        ),
    ),
    Operation(
        "notify",
        "post",
        f"{BATCH}/notify",
        "orders",
        "Have a mail when the batch is over, or now if it is",
        _ORDERED,
        (*_ON_ORDER, *_ON_BODY, "bad-email", "mail-off"),
        parameters=(BATCH_ID, _TRACEPARENT),
        body={JSON: NotifyRequest},
    ),
    Operation(
        "expire",
        "post",
        f"{BATCH}/expire",
        "orders",
        "Forget the batch and all that is personal of it",
        _ORDERED,
        _ON_ORDER,
        parameters=(BATCH_ID, _TRACEPARENT),
    ),
    *ADMIN_OPERATIONS,
    Operation(
        "home",
        "get",
        "/",
        "gateway",
        "List the addresses, or show a browser the page",
        (Answer(200, f"By what for; the page for who takes {HTML}.", {JSON: _OBJECT, HTML: TEXT}, ("Link",)),),
    ),
    Operation(
        "openapi",
        "get",
        "/openapi.json",
        "gateway",
        "Get this document",
        (Answer(200, "OpenAPI 3.1, with this gateway's limits.", {JSON: _OBJECT}),),
    ),
    Operation(
        "problem",
        "get",
        "/problems/{slug}",
        "gateway",
        "Read what a refusal means",
        (Answer(303, "Its place on the page.", headers=("Location",)),),
        ("not-found",),
        "A problem's `type` is this address.",
        (Parameter("slug", "path", {"enum": list(CATALOGUE)}, "The last part of a problem's `type`."),),
    ),
    Operation("docs", "get", "/docs", "gateway", "Read this document", (Answer(200, "A page.", {HTML: TEXT}),)),
    Operation(
        "live",
        "get",
        "/health/live",
        "gateway",
        "See whether the process answers",
        (Answer(200, "It does.", {JSON: _OBJECT}),),
    ),
    Operation(
        "ready",
        "get",
        "/health/ready",
        "gateway",
        "See whether it can work",
        (
            Answer(200, "It can.", {JSON: _OBJECT}),
            Answer(503, "A part is away: `parts` says which.", {JSON: _OBJECT}),
        ),
    ),
)
