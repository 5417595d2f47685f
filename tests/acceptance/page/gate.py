from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.acceptance.page.visit import SHEETS
from tests.integration.web import response

if TYPE_CHECKING:
    from tests.integration.web import Web

SHEET = response(SHEETS[1].read_bytes(), content_type="application/pdf")


class Gate:
    """A sheet whose site answers when the test lets it."""

    def __init__(self, site: Web) -> None:
        self.opened, self.asked = asyncio.Event(), asyncio.Event()
        site.pages["/session-1.pdf"] = self.answer
        self.url = site.url("/session-1.pdf")

    async def answer(self, writer: asyncio.StreamWriter) -> None:
        self.asked.set()
        await self.opened.wait()
        writer.write(SHEET)
        await writer.drain()
