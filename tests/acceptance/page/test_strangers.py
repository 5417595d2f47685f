"""Hostile texts in a real browser, wherever sheets, files and swimmers have a word: each stays a text in its place."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from tests.acceptance.page.visit import SHEETS, SWIMMER, finished, hand_in
from tests.hostile import EVERYTHING

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

    from tests.chaos.crew import Crew

SAID = {"swimmer_name", "source", "filename", "event_name", "session", "round", "team", "seed_time", "meet_name"}
SAID |= {"venue", "message", "error_message", "names", "progress_message"}
#: Texts that turn what stands around them, outside of what keeps a turn to itself: an element, or a pair of isolates.
LOOSE = """() => {
  const isolated = /\\u2068[^\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]*\\u2069/g;
  const turns = /[\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/, found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const place = texts.currentNode.parentElement;
    if (turns.test(texts.currentNode.data.replace(isolated, "")) && !place.closest("bdi, [dir=auto], svg text, script"))
      found.push(place.outerHTML.slice(0, 90));
  }
  return found;
}"""
MADE = "main img, main script, main iframe, main object, main [onerror], a[href^='javascript:'], a[href*='spy.example']"


def hostile(part: Any, key: str = "") -> Any:  # noqa: ANN401 - a document
    """The document as the strangest of sheets, files and swimmers would have it."""
    match part:
        case dict():
            return {name: hostile(value, name) for name, value in part.items()}
        case list():
            return [hostile(value, key) for value in part]
        case str() if key in SAID:
            return f"{part} {EVERYTHING}"
        case _:
            return part


async def strangely(route: Route) -> None:
    """What the gateway answers, with texts that it would not take, as if a reader of sheets had let them through."""
    answer = await route.fetch()
    if "json" in answer.headers.get("content-type", ""):
        await route.fulfill(response=answer, body=json.dumps(hostile(await answer.json())))
    else:
        await route.fulfill(response=answer)


async def nothing_but_texts(page: Page) -> None:
    await page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert await page.locator("bdi", has_text="<script>").count(), "it is shown as it is"
    assert await page.locator(MADE).count() == 0
    assert await page.title() != "owned"
    loose = await page.evaluate(LOOSE)
    assert not loose, "\n".join(loose)


async def test_what_sheets_and_strangers_say_stays_a_text_in_every_view(page: Page, crew: Crew) -> None:
    path = await hand_in(page, crew.api_url, [SWIMMER], pdfs=SHEETS)
    await finished(page)
    results = await (await page.request.get(f"{crew.api_url}/api/batches/{path.rpartition('/')[2]}/results")).json()
    await page.route("**/api/**", strangely)
    await page.route("**/result/*", strangely)
    await page.goto(crew.api_url + path)
    await finished(page)
    await page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    await page.locator(".replay input[type=range]").first.wait_for()
    await nothing_but_texts(page)
    await page.goto(f"{crew.api_url}/result/{results['results'][0]['result_code']}")
    await page.locator(".swim").first.wait_for()
    await nothing_but_texts(page)


async def test_a_crowded_network_is_told_of_and_waited_for(page: Page, crew: Crew) -> None:
    asked: list[float] = []

    async def crowded(route: Route) -> None:
        asked.append(time.monotonic())
        if len(asked) > 1:
            await route.continue_()
            return
        problem = {"type": "/problems/too-many-requests", "status": 429, "title": "Too much", "detail": "later"}
        await route.fulfill(
            status=429, body=json.dumps(problem), content_type="application/problem+json", headers={"Retry-After": "3"}
        )

    await page.route("**/api/batches", crowded)
    await page.goto(crew.api_url)
    await page.locator("html[data-ready]").wait_for()
    await page.locator("input[name=swimmer]").fill(SWIMMER)
    await page.locator("#pdfs").set_input_files(SHEETS[1:])
    await page.get_by_role("button", name="Find the swims").click()
    await expect(page.get_by_text("Very much is asked from your network right now.").first).to_be_visible()
    await finished(page)
    assert asked[1] - asked[0] >= 3
