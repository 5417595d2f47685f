"""A hall without a network: the page opens, and shows what it saw last until it can say how it is now."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from schema.states import RETENTION
from tests.acceptance.page.gate import Gate
from tests.acceptance.page.visit import PHONE, SHEETS, SISTER, SWIMMER, finished, hand_in
from tests.integration.line import Line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, BrowserContext, Page

    from tests.chaos.crew import Crew
    from tests.integration.web import Web

KEEPS_CODE = "navigator.serviceWorker.ready"
KEPT = "Object.keys(localStorage).filter(name => name.startsWith('heatstream.seen.')).sort()"
SAYS = re.compile(r"As of \W?\d+:\d\d\s[AP]M\W?, offline")


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport=PHONE, locale="en-US")
    context.set_default_timeout(30_000)
    yield context
    await context.close()


async def test_a_batch_is_there_after_a_reload_without_network_and_catches_up_by_itself(
    page: Page, crew: Crew, site: Web
) -> None:
    gate = Gate(site)
    async with Line(crew.api_url).laid() as line:
        path = await hand_in(page, line.url, [SWIMMER], links=[gate.url])
        said = page.locator(".sheets .said")
        await expect(said).to_have_text("fetching")
        await page.evaluate(KEEPS_CODE)
        line.cut()
        await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_have_text(SWIMMER)
        await expect(said).to_have_text("fetching")
        await expect(page.locator(".old")).to_have_text(SAYS)
        await expect(page.get_by_role("button", name="Stop")).to_be_hidden()
        await expect(page.get_by_role("alert")).to_have_count(0)
        gate.opened.set()
        await crew.until(f"SELECT status FROM processing_batches WHERE id = '{path[3:]}'", ["completed"])  # noqa: S608
        await expect(said).to_have_text("fetching")
        line.mend()
        await finished(page)
        await expect(page.locator(".swim")).to_have_count(4)
        await expect(page.locator(".old")).to_be_hidden()


async def test_results_that_were_looked_at_open_on_a_line_that_takes_all_and_answers_nothing(
    page: Page, crew: Crew
) -> None:
    async with Line(crew.api_url).laid() as line:
        await hand_in(page, line.url, [SWIMMER, SISTER], pdfs=SHEETS[1:])
        await finished(page)
        await expect(page.locator(".swim")).to_have_count(8)
        await page.evaluate(KEEPS_CODE)
        line.stall()
        await page.reload()
        await expect(page.locator(".old")).to_have_text(SAYS)
        await expect(page.locator(".swim")).to_have_count(8)
        await expect(page.locator(".picture .pill")).to_have_count(8)
        line.mend()
        await expect(page.locator(".old")).to_be_hidden()


async def test_a_home_screen_leads_back_to_what_was_looked_at(page: Page, crew: Crew) -> None:
    async with Line(crew.api_url).laid() as line:
        batch = await hand_in(page, line.url, [SWIMMER], pdfs=SHEETS[1:])
        await finished(page)
        await page.get_by_role("button", name="Share").wait_for()
        told = await (await page.request.get(f"{line.url}/api/batches/{batch[3:]}/results")).json()
        shared = f"/result/{told['results'][0]['result_code']}"
        await page.goto(f"{line.url}{shared}")
        await expect(page.locator(".swim")).to_have_count(4)
        await page.evaluate(KEEPS_CODE)
        line.cut()
        await page.goto(line.url)
        links = page.locator(".lately a")
        await expect(links).to_have_text([re.compile(f"{SWIMMER} . Friday Sprint Night")] * 2)
        await page.locator(f".lately a[href='{shared}']").click()
        await expect(page.locator(".lead")).to_have_text(SAYS)
        await expect(page.locator(".swim")).to_have_count(4)
        await page.go_back()
        await page.locator(f".lately a[href='{batch}']").click()
        await expect(page.locator(".old")).to_have_text(SAYS)
        await expect(page.locator(".swim")).to_have_count(4)
        await page.goto(line.url)
        await page.get_by_role("button", name="Forget them here").click()
        await expect(links).to_have_count(0)
        await expect(page.get_by_role("heading", level=1)).to_be_focused()
        await page.goto(f"{line.url}{shared}")
        await expect(page.locator(".lead")).to_contain_text("The server cannot be reached")


async def test_what_is_erased_is_forgotten_on_the_device_too(page: Page, crew: Crew) -> None:
    batch = await hand_in(page, crew.api_url, [SWIMMER], pdfs=SHEETS[1:])
    await finished(page)
    told = await (await page.request.get(f"{crew.api_url}/api{batch.replace('/b/', '/batches/')}/results")).json()
    shared = f"/result/{told['results'][0]['result_code']}"
    await page.goto(f"{crew.api_url}{shared}")
    await expect(page.locator(".swim")).to_have_count(4)
    await page.goto(f"{crew.api_url}{batch}")
    await finished(page)
    assert await page.evaluate(KEPT) == [f"heatstream.seen.{path}" for path in sorted([batch, shared])]
    await page.request.post(f"{crew.api_url}/api{batch.replace('/b/', '/batches/')}/expire")
    await crew.until(
        f"SELECT type FROM batch_events WHERE batch_id = '{batch[3:]}' AND type = 'batch.expired'",  # noqa: S608
        ["batch.expired"],
    )
    await page.evaluate("dispatchEvent(new Event('online'))")  # as after a sleep: the page looks again
    await page.get_by_role("heading", name="Nothing here").wait_for()
    await expect(page.locator(".swim, .sheets:visible")).to_have_count(0)
    assert await page.evaluate(KEPT) == []
    await page.goto(crew.api_url)
    await page.locator("html[data-ready]").wait_for()
    await expect(page.locator(".lately")).to_have_count(0)


async def test_what_is_kept_ends_with_its_batch(page: Page, crew: Crew) -> None:
    await page.clock.install()
    await hand_in(page, crew.api_url, [SWIMMER], pdfs=SHEETS[1:])
    await page.clock.run_for(1000)
    await finished(page)
    await page.clock.fast_forward(RETENTION // timedelta(milliseconds=1) + 1000)  # the 30 days that a batch has
    await page.locator(".brand").click()
    await page.get_by_role("heading", name="When do they swim?").wait_for()
    await expect(page.locator(".lately")).to_have_count(0)
    assert await page.evaluate(KEPT) == []
