from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette

from services.api import problems
from services.api.commands import Commands
from services.api.compression import Compression
from services.api.cross_origin import shared
from services.api.discovery.discovery import Discovery
from services.api.guard import Guard
from services.api.keys.door import behind_doors
from services.api.keys.keyring import Keyring
from services.api.meter import Meter
from services.api.pace import Pace
from services.api.routes.admin import Admin
from services.api.routes.batches import Batches
from services.api.routes.contract import Contract
from services.api.routes.discover import Discover
from services.api.routes.events import Events
from services.api.routes.home import Home
from services.api.routes.orders import Orders
from services.api.routes.page import Page
from services.api.routes.results import Results
from services.runtime import health

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.routing import Route
    from starlette.types import ASGIApp

    from services.api.reads import Reads
    from services.api.settings import ApiSettings
    from services.api.sse.hub import Hub
    from services.runtime.blobs import Blobs
    from services.runtime.database import Database
    from services.runtime.publisher import Publisher


def app(  # noqa: PLR0913 - the parts that the gateway is made of
    settings: ApiSettings,
    *,
    blobs: Blobs,
    publisher: Publisher,
    database: Database,
    reads: Reads,
    hub: Hub,
    checks: Mapping[str, Callable[[], Awaitable[bool]]],
) -> ASGIApp:
    """The gateway as an ASGI application."""
    every = routes(settings, blobs=blobs, publisher=publisher, database=database, reads=reads, hub=hub, checks=checks)
    keyring = None if settings.keys_path is None else Keyring(settings.keys_path)
    served: ASGIApp = Starlette(
        routes=behind_doors(every, settings.keys, keyring), exception_handlers=problems.HANDLERS
    )
    served = Meter(Pace(served, settings), settings)
    served = Compression(served)
    return Guard(shared(served, settings.cors_origins) if settings.cors_origins else served)


def routes(  # noqa: PLR0913 - as above
    settings: ApiSettings,
    *,
    blobs: Blobs,
    publisher: Publisher,
    database: Database,
    reads: Reads,
    hub: Hub,
    checks: Mapping[str, Callable[[], Awaitable[bool]]],
) -> list[Route]:
    """Every address that is served; `services.api.openapi.operations` describes each."""
    commands = Commands(publisher)
    page = Page(settings)
    return [
        *Batches(settings, blobs, commands, reads).routes(),  # first, for each request asks them in this order
        *Home(page).routes(),
        *page.routes(),
        *Orders(commands, reads, mails=settings.mails).routes(),
        *Results(reads, page).routes(),
        *Discover(Discovery(settings)).routes(),
        *Events(hub, reads, settings.beat_seconds).routes(),
        *Admin(settings, database, commands).routes(),
        *Contract(settings).routes(),
        *health.routes(checks),
    ]
