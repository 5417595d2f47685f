"""One place maps faults to `application/problem+json`: the slug is the contract, the sentence is for people."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import Response

from schema.errors import HeatstreamError, Rejected, Transient
from schema.views import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.requests import Request

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/problems/"
RETRY_AFTER_SECONDS = 2

#: Every refusal that the gateway knows: its HTTP status and its title.
CATALOGUE: Mapping[str, tuple[int, str]] = {
    "bad-json": (400, "The body is not the JSON that is expected"),
    "bad-encoding": (400, "A text is not UTF-8"),
    "broken-multipart": (400, "The form cannot be read"),
    "bad-batch-id": (400, "This is no batch id"),
    "bad-idempotency-key": (400, "This is no Idempotency-Key"),
    "bad-cursor": (400, "This is no cursor"),
    "bad-page": (400, "This is no page of the log"),
    "bad-swims": (400, "These are no swims"),
    "bad-alarm": (400, "This is no alarm"),
    "not-found": (404, "There is nothing here"),
    "method-not-allowed": (405, "This address does not do that"),
    "unknown-job": (404, "There is no such job"),
    "batch-over": (409, "The batch is over"),
    "batch-cancelled": (409, "The batch was cancelled"),
    "job-not-failed": (409, "The job has not failed"),
    "nothing-failed": (409, "No job has failed"),
    "mail-off": (409, "No mail is sent from here"),
    "cursor-ahead": (409, "The cursor is ahead of the batch"),
    "gone": (410, "The batch is erased"),
    "pdf-too-large": (413, "A PDF is too large"),
    "body-too-large": (413, "The request is too large"),
    "field-too-large": (413, "A field is too large"),
    "unsupported-media-type": (415, "This kind of body is not understood"),
    "not-a-pdf": (422, "A file is not a PDF"),
    "empty-batch": (422, "There is nothing to read"),
    "too-many-files": (422, "There are too many PDFs"),
    "name-missing": (422, "The swimmer's name is missing"),
    "name-blank": (422, "The swimmer's name is blank"),
    "name-too-long": (422, "The swimmer's name is too long"),
    "name-not-a-line": (422, "The swimmer's name is not one line of text"),
    "too-many-swimmers": (422, "There are too many swimmers"),
    "swimmer-twice": (422, "A swimmer is named twice"),
    "bad-url": (422, "A link cannot be used"),
    "link-blocked": (422, "The link is not fetched"),
    "page-not-found": (422, "The page is not there"),
    "page-too-large": (422, "The page is too large"),
    "page-unreadable": (422, "The page cannot be read"),
    "not-a-page": (422, "The link leads to no web page"),
    "bad-job-ids": (422, "These are no job ids"),
    "bad-email": (422, "The address for the mail cannot be used"),
    "unknown-time-zone": (422, "The time zone is not known"),
    "unknown-field": (422, "A field is not known"),
    "internal": (500, "Something went wrong here"),
    "site-unreachable": (502, "The site does not give the page"),
    "broker-unavailable": (503, "The message broker is away"),
    "database-unavailable": (503, "The database is away"),
    "blob-store-unavailable": (503, "The store for PDFs is away"),
    "discovery-busy": (503, "Many pages are being looked through"),
    "shutting-down": (503, "This gateway is stopping"),
}
_AWAY = {
    "broker-unavailable": "it was not accepted whole; send it again in a few seconds, under its Idempotency-Key if any",
    "database-unavailable": "nothing can be read at the moment, and nothing is lost; ask again in a few seconds",
    "blob-store-unavailable": "files cannot be taken at the moment; send them again in a few seconds, or send links",
    "discovery-busy": "ask again in a few seconds",
    "shutting-down": "connect again: another gateway, or this one in a moment, goes on where you were",
}


class Unavailable(HeatstreamError):
    """A part that the request needs is away; the same request may succeed in a moment."""

    def __init__(self, slug: str) -> None:
        super().__init__(_AWAY[slug])
        self.slug = slug


@contextmanager
def needing(slug: str) -> Iterator[None]:
    """Say of a Transient in this block which part is away."""
    try:
        yield
    except Transient as away:
        raise Unavailable(slug) from away


def problem(
    slug: str, detail: str, fields: tuple[tuple[str, str], ...] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The response for a slug of the catalogue."""
    status, title = CATALOGUE[slug]
    body = Problem(
        type=f"{TYPE_PREFIX}{slug}",
        title=title,
        status=status,
        detail=detail,
        errors=tuple({"field": name, "message": message} for name, message in fields),
    )
    return Response(
        body.model_dump_json(), status, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store", **(headers or {})}
    )


def on_fault(_: Request, fault: Exception) -> Response:
    """The answer to what a route raised: on purpose, or as a bug."""
    match fault:
        case Rejected():
            return problem(fault.slug, fault.sentence, fault.fields)
        case Unavailable():
            return problem(fault.slug, str(fault), headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
        case HTTPException(status_code=405):
            allowed = (fault.headers or {}).get("Allow", "")
            return problem("method-not-allowed", f"this address takes {allowed}", headers={"Allow": allowed})
        case HTTPException(status_code=404):
            return problem("not-found", "no such address; GET / names those that there are")
        case _:
            return problem("internal", "the fault is on our side and is logged; try again, and tell us if it stays")


#: For starlette: it answers with these, and raises on what is no named fault, so that the guard can log it.
HANDLERS = dict.fromkeys((Rejected, Unavailable, HTTPException, Exception), on_fault)
