"""Draws the pictures of the README: the page as it is, with made-up names (`make pictures`)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.page.gate import Gate
from tests.acceptance.page.visit import SHEETS, SISTER, SWIMMER, finished, hand_in
from tests.integration.web import response

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.chaos.crew import Crew
    from tests.integration.web import Web

PICTURES = os.environ.get("HEATSTREAM_PICTURES")

pytestmark = pytest.mark.skipif(PICTURES is None, reason="HEATSTREAM_PICTURES names no folder to draw into")


async def test_the_page_is_drawn(page: Page, crew: Crew, site: Web) -> None:
    folder = Path(PICTURES or "")
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nothing else runs yet

    await page.goto(crew.api_url)
    await page.locator("input[name=swimmer]").fill(SWIMMER)
    await page.locator("#pdfs").set_input_files(SHEETS)
    await page.evaluate("document.activeElement.blur()")
    await page.screenshot(path=folder / "start.png", full_page=True)

    site.pages["/session-2.pdf"] = response(b"later", "503 Service Unavailable")
    gate = Gate(site)
    links = [gate.url, site.url("/session-2.pdf"), site.url("/session-3.pdf")]
    await hand_in(page, crew.api_url, [SWIMMER], pdfs=SHEETS[1:], links=links)
    await page.get_by_text("next try in 4").wait_for()
    await page.locator(".swim").first.wait_for()
    await page.mouse.move(0, 0)
    await page.screenshot(path=folder / "progress.png")
    gate.opened.set()

    await hand_in(page, crew.api_url, [SWIMMER, SISTER], pdfs=SHEETS[1:])
    await finished(page)
    await page.evaluate("document.activeElement.blur()")
    await page.mouse.move(0, 0)
    await page.emulate_media(reduced_motion="reduce")
    await page.evaluate("document.querySelector('.sheet').scrollIntoView()")
    await page.screenshot(path=folder / "day.png")
