from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.integration.web import Web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """A web server on 127.0.0.1 whose answers are the test's own bytes."""
    site = Web()
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    async with server:
        yield site
        site.over.set()
