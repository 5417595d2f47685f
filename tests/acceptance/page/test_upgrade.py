"""The page's code on a device is of one version: the server's where there is one, else the last whole one."""

from __future__ import annotations

import asyncio
import shutil
import socket
from typing import TYPE_CHECKING

import pytest
import uvicorn
from playwright.async_api import expect
from starlette.applications import Starlette

from services.api.assets import WEB, Assets
from services.api.routes.home import Home
from services.api.routes.page import Page as Shell
from services.api.settings import ApiSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page
    from starlette.types import ASGIApp, Receive, Scope, Send

KEEPS_CODE = "navigator.serviceWorker.ready"
#: The versions that are there whole; null while another one comes.
VERSIONS = """async () => { const kept = await navigator.serviceWorker.ready;
  if (kept.installing || kept.waiting || kept.active.state !== "activated") return null;
  return (await Promise.all((await caches.keys()).map(async (name) =>
  (await (await caches.open(name)).match('/', { ignoreVary: true })) ? [name] : []))).flat(); }"""
UPDATE = "() => navigator.serviceWorker.ready.then(kept => kept.update()).catch(() => {})"


class Gateway:
    """A server of the page whose versions change under it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.apps: dict[str, ASGIApp] = {}
        self.names: dict[str, str] = {}
        self.of_worker = self.of_files = ""

    def make(self, title: str) -> None:
        """A version of the page that has another title."""
        folder = self._folder / title
        shutil.copytree(WEB, folder)
        texts = folder / "texts/en.json"
        texts.write_text(texts.read_text().replace("When do they swim?", title))
        assets, settings = Assets(folder), ApiSettings.model_validate({"max_pdfs": 5})
        shell = Shell(settings, assets)
        self.apps[title] = Starlette(routes=[*Home(shell).routes(), *shell.routes()])
        self.names[title] = f"heatstream-{assets.version}"

    def serve(self, files: str, worker: str | None = None) -> None:
        self.of_files, self.of_worker = files, worker or files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.apps[self.of_worker if scope["path"] == "/offline.js" else self.of_files](scope, receive, send)


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[tuple[Gateway, str]]:
    """With the address that it is served at."""
    gateway = Gateway(tmp_path)
    for title in ("First", "Second", "Third"):
        gateway.make(title)
    gateway.serve("First")
    taken = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(gateway, lifespan="off", log_level="error"))
    serving = asyncio.create_task(server.serve(sockets=[taken]))
    yield gateway, f"http://127.0.0.1:{taken.getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="en-US")
    yield await context.new_page()
    await context.close()


async def titled(page: Page, title: str) -> None:
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)


async def whole_versions(page: Page) -> list[str]:
    async with asyncio.timeout(30):
        while (found := await page.evaluate(VERSIONS)) is None:
            pass
    return list(found)


async def visited(page: Page, url: str) -> None:
    """Once, and so that the code is kept."""
    await page.goto(url)
    await titled(page, "First")
    await page.evaluate(KEEPS_CODE)


async def test_an_upgrade_takes_the_new_code_with_and_without_a_network(
    page: Page, gateway: tuple[Gateway, str]
) -> None:
    served, url = gateway
    await visited(page, url)
    for title in ("Second", "Third"):
        served.serve(title)
        await page.reload()
        await titled(page, title)
        while served.names[title] not in await whole_versions(page):
            pass
    await page.context.set_offline(True)
    await page.reload()
    await titled(page, "Third")
    assert await page.evaluate("caches.keys()") == [served.names["Second"], served.names["Third"]]


async def test_a_version_of_which_files_of_another_are_served_is_not_kept(
    page: Page, gateway: tuple[Gateway, str]
) -> None:
    """Gateways are upgraded one by one, and a proxy asks now this one and now that one."""
    served, url = gateway
    await visited(page, url)
    served.serve("Third", worker="Second")
    await page.reload()
    await titled(page, "Third")
    await page.evaluate(UPDATE)
    assert await whole_versions(page) == [served.names["First"]]
    await page.context.set_offline(True)
    await page.reload()
    await titled(page, "First")
