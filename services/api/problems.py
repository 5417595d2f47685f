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
UNAUTHORIZED = 401

#: Every refusal that the gateway knows: its HTTP status and its title.
CATALOGUE: Mapping[str, tuple[int, str]] = {
    "bad-http": (400, "The request is not HTTP that can be read"),
    "bad-json": (400, "The body is not the JSON that is expected"),
    "bad-encoding": (400, "A text is not UTF-8"),
    "broken-multipart": (400, "The form cannot be read"),
    "bad-batch-id": (400, "This is no batch id"),
    "bad-batches": (400, "These are no batches to watch"),
    "bad-idempotency-key": (400, "This is no Idempotency-Key"),
    "bad-cursor": (400, "This is no cursor"),
    "bad-page": (400, "This is no page of the log"),
    "bad-swims": (400, "These are no swims"),
    "bad-alarm": (400, "This is no alarm"),
    "bad-filter": (400, "This is no filter"),
    "key-missing": (401, "A key is needed"),
    "key-unknown": (401, "The key is not known"),
    "key-scope": (403, "The key is not for this"),
    "keys-off": (403, "There are no keys here"),
    "not-found": (404, "There is nothing here"),
    "method-not-allowed": (405, "This address does not do that"),
    "unknown-job": (404, "There is no such job"),
    "too-slow": (408, "The request comes too slowly"),
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
    "too-many-requests": (429, "Too much was asked from your network"),
    "too-many-streams": (429, "Too many streams are open to your network"),
    "head-too-large": (431, "The address or the headers of the request are too long"),
    "internal": (500, "Something went wrong here"),
    "site-unreachable": (502, "The site does not give the page"),
    "broker-unavailable": (503, "The message broker is away"),
    "database-unavailable": (503, "The database is away"),
    "blob-store-unavailable": (503, "The store for PDFs is away"),
    "discovery-busy": (503, "Many pages are being looked through"),
    "uploads-busy": (503, "Many PDFs are being handed in"),
    "too-many-connections": (503, "Too many connections are open"),
    "no-worker": (503, "No worker is there"),
    "shutting-down": (503, "This gateway is stopping"),
}
_AWAY = {
    "too-many-connections": "ask again in a few seconds",
    "broker-unavailable": "it was not accepted whole; send it again in a few seconds, under its Idempotency-Key if any",
    "database-unavailable": "nothing can be read at the moment, and nothing is lost; ask again in a few seconds",
    "blob-store-unavailable": "files cannot be taken at the moment; send them again in a few seconds, or send links",
    "discovery-busy": "ask again in a few seconds",
    "uploads-busy": "send it again in a few seconds, under its Idempotency-Key if any",
    "no-worker": "there is nobody to do it; start a worker, and ask again",
    "shutting-down": "connect again: another gateway, or this one in a moment, goes on where you were",
}


class Unavailable(HeatstreamError):
    """A part that the request needs is away; the same request may succeed in a moment."""

    def __init__(
        self,
        slug: str,
        sentence: str | None = None,
        fields: tuple[tuple[str, str], ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sentence or _AWAY[slug])
        self.slug, self.fields = slug, fields
        self.headers = {"Retry-After": str(RETRY_AFTER_SECONDS), **(headers or {})}


class TooMany(HeatstreamError):
    """An address asks too much of this process. `wait_seconds` is None where no time mends it."""

    def __init__(self, slug: str, wait_seconds: int | None, headers: Mapping[str, str] | None = None) -> None:
        again = "close some first" if wait_seconds is None else f"ask again in {wait_seconds} s"
        super().__init__(f"others share your network's address, or a program asks too fast: {again}")
        self.slug = slug
        self.headers = {
            **(headers or {}),
            "Retry-After": str(RETRY_AFTER_SECONDS if wait_seconds is None else wait_seconds),
        }


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
    wanted = {"WWW-Authenticate": "Bearer"} if status == UNAUTHORIZED else {}
    return Response(
        body.model_dump_json(),
        status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **wanted, **(headers or {})},
    )


def on_fault(_: Request, fault: Exception) -> Response:
    """The answer to what a route raised: on purpose, or as a bug."""
    match fault:
        case Rejected():
            given_up = fault.slug == "too-slow"  # the rest of the body is not awaited
            return problem(fault.slug, fault.sentence, fault.fields, {"Connection": "close"} if given_up else None)
        case TooMany():
            return too_many(fault)
        case Unavailable():
            return problem(fault.slug, str(fault), fault.fields, fault.headers)
        case HTTPException(status_code=405):
            allowed = (fault.headers or {}).get("Allow", "")
            return problem("method-not-allowed", f"this address takes {allowed}", headers={"Allow": allowed})
        case HTTPException(status_code=404):
            return problem("not-found", "no such address; GET / names those that there are")
        case _:
            return problem("internal", "the fault is on our side and is logged; try again, and tell us if it stays")


def too_many(fault: TooMany) -> Response:
    return problem(fault.slug, str(fault), headers=fault.headers)


#: For starlette: it answers with these, and raises on what is no named fault, so that the guard can log it.
HANDLERS = dict.fromkeys((Rejected, Unavailable, TooMany, HTTPException, Exception), on_fault)
