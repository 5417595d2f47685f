from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from uuid import UUID

    from starlette.types import Receive

    from schema.views import EventsView
    from services.api.sse.hub import Hub, Subscription


class Pages(Protocol):
    async def events(self, batch_id: UUID, after: int, limit: int) -> EventsView:
        """A page of the log. Raises Rejected for a cursor that the log has not reached, or Unavailable."""


async def poll(  # noqa: PLR0913, PLR0917 - what is asked, and what it stands on
    hub: Hub, pages: Pages, batch_id: UUID, after: int, limit: int, wait_seconds: float, receive: Receive
) -> EventsView:
    """The page after `after`: at once where it has events or the batch is over, else when a stream would tell the next.

    Empty where none came in time, the gateway stops or the client left. It joins the hub as a stream does, and so asks
    the log twice at the most. Until the batch is over `next_after` says where to go on.
    """
    topic = str(batch_id)
    live = hub.join([topic])
    try:
        page = await pages.events(batch_id, after, limit)
        if not (page.events or page.over):
            # Further than what was read where a stream has moved the hub on since: then that was never offered here.
            is_further = hub.anchor(topic, after) > after
            if is_further or await _comes(live, after, wait_seconds, receive):
                page = await pages.events(batch_id, after, limit)
    finally:
        hub.leave(live, [topic])
    last = page.events[-1]["eventid"] if page.events else after
    return page.model_copy(update={"next_after": None if page.over else last})


async def _comes(live: Subscription, after: int, seconds: float, receive: Receive) -> bool:
    """Whether there may be more to read before the time is over and while the client is there."""
    told, left = asyncio.create_task(_told(live, after)), asyncio.create_task(_left(receive))
    try:
        await asyncio.wait({told, left}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return told.done()
    finally:
        told.cancel()
        left.cancel()


async def _told(live: Subscription, after: int) -> None:
    """Return at the first event behind `after`, or when no more will come."""
    while (frames := await live.take()) and frames[-1].event_id <= after:
        pass


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
