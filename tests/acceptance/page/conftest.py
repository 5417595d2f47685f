from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.page.visit import PHONE, chromium
from tests.chaos.crew import Crew
from tests.integration.web import Web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from playwright.async_api import Browser, BrowserContext, Page

    from deploy.local.servers import Servers

PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
async def site() -> AsyncIterator[Web]:
    """A meet's web site."""
    site = Web()
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    async with server:
        yield site
        site.over.set()


@pytest.fixture(scope="module")
def crew(module_servers: Servers, site: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    """The three services, which know the site's host and have a mail server that never answers."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HEATSTREAM_ALLOWED_HOSTS", site.host)
        environment.setenv("HEATSTREAM_SMTP_URL", "smtp://127.0.0.1:9")
        environment.setenv("HEATSTREAM_MAIL_FROM", "swims@swims.example")
        environment.setenv("HEATSTREAM_PUBLIC_URL", "https://swims.example")
        with Crew(module_servers, tmp_path_factory.mktemp("crew")) as crew:
            yield crew


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A phone, on which nothing was done before. It keeps no code, so that tests can spoil what comes of it."""
    context = await browser.new_context(viewport=PHONE, locale="en-US", accept_downloads=True, service_workers="block")
    context.set_default_timeout(PATIENCE_MS)
    yield context
    await context.close()


@pytest.fixture
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A tab that fails its test where the page has a fault, or breaks its own policy."""
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    assert faults == []
