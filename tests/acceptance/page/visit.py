"""A person in front of the page: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import ViewportSize, async_playwright

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples"
SHEETS = [EXAMPLES / f"{name}.pdf" for name in ("summer-invitational", "sprint-night")]
SWIMMER, SISTER = "Maya Lindqvist", "Runa Quillfeather"
AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser with a new profile, which talks to nobody by itself."""
    assert CHROMIUM, "Chromium is missing: `make browser` installs it"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


async def hand_in(page: Page, url: str, swimmers: list[str], *, pdfs: list[Path] = [], links: list[str] = []) -> str:  # noqa: B006 - read only
    """Fill in the form and send it; returns the path of the batch."""
    await page.goto(url)
    await page.locator("html[data-ready]").wait_for()
    for number, swimmer in enumerate(swimmers):
        if number:
            await page.get_by_role("button", name="Another swimmer").click()
        await page.locator("input[name=swimmer]").nth(number).fill(swimmer)
    if pdfs:
        await page.locator("#pdfs").set_input_files(pdfs)
    if links:
        await page.get_by_label("Or paste links").fill("\n".join(links))
        await page.get_by_role("button", name="Add", exact=True).click()
    await page.get_by_role("button", name="Find the swims").click()
    await page.wait_for_url("**/b/*")
    return page.url.removeprefix(url)


async def finished(page: Page) -> None:
    """Return when every batch of the view is over and its results are drawn."""
    await page.get_by_text("Finished:").first.wait_for()
    await page.locator(".swim, .note").first.wait_for()


async def faults(page: Page) -> list[str]:
    """What axe finds in the view as it stands."""
    assert AXE.exists(), "axe-core is missing: `make node` installs it"
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("rules => axe.run(document, { runOnly: rules })", RULES)
    return [f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]
