"""The operation that watches several batches, and how an event of any stream is described."""

from __future__ import annotations

from schema.streamed import NAMES
from services.api.openapi.parts import JSON, STREAM, Answer, Document, Operation, Parameter
from services.api.paths import MOST_BATCHES

_CURSORS = r"[0-9]+(\.[0-9]+)*"
_CURSORS_OR_BLANK: Document = {"type": "string", "pattern": f"^({_CURSORS})?$"}
STREAM_EVENT: Document = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": f"^{_CURSORS}$"},
        "event": {"enum": list(NAMES.values())},
        "data": {"type": "string", "contentMediaType": JSON},
    },
    "required": ["id", "event", "data"],
}
WATCHING: tuple[Operation, ...] = (
    Operation(
        "watch",
        "get",
        "/api/events",
        "batches",
        "Follow several batches live over one connection",
        (
            Answer(
                200,
                "Each event as it happens; its data names batch and place in the log. Its `id` has how far each batch"
                " was told, in the order of the address, with dots between: the last one that was heard says it all.",
                {STREAM: STREAM_EVENT},
            ),
            Answer(204, "All of the batches are over, and you have it all: do not come back."),
        ),
        (
            "bad-batch-id",
            "bad-batches",
            "not-found",
            "gone",
            "bad-cursor",
            "cursor-ahead",
            "database-unavailable",
            "shutting-down",
        ),
        "Resumed by `Last-Event-ID`, as an EventSource does it, for the same batches in the same order. It ends with"
        " the last of them. One that is not known or is erased refuses all, and is named.",
        (
            Parameter(
                "batch",
                "query",
                {
                    "type": "array",
                    "items": {"type": "string", "format": "uuid"},
                    "minItems": 1,
                    "maxItems": MOST_BATCHES,
                    "uniqueItems": True,
                },
                "The batches, as answers to submits name them: `?batch=ID&batch=ID`.",
                required=True,
            ),
            Parameter("Last-Event-ID", "header", _CURSORS_OR_BLANK, "The `id` of the last event that you have."),
            Parameter(
                "last_event_id", "query", _CURSORS_OR_BLANK, "The same, for who cannot set a header, which wins."
            ),
        ),
    ),
)
