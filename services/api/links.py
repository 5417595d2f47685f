"""`Link` headers (RFC 8288): where to go from an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


def from_batch(batch_id: UUID) -> dict[str, str]:
    url = _url(batch_id)
    return link(results=f"{url}/results", events=f"{url}/events", calendar=f"{url}/calendar.ics")


def to_batch(batch_id: UUID) -> dict[str, str]:
    return link(up=_url(batch_id))


def from_page(batch_id: UUID, after: int | None, limit: int, wait: int | None) -> dict[str, str]:
    """`after` is where the next page begins, None after the last one; `wait` is how long to wait for it."""
    url = _url(batch_id)
    if after is None:
        return link(up=url)
    following = f"{url}/events?after={after}&limit={limit}"
    return link(up=url, next=following if wait is None else f"{following}&wait={wait}")


def link(**targets: str) -> dict[str, str]:
    """The header, by relation."""
    return {"Link": ", ".join(f'<{target}>; rel="{relation}"' for relation, target in targets.items())}


def _url(batch_id: UUID) -> str:
    return f"/api/batches/{batch_id}"
