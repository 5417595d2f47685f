"""A pool's network comes and goes: what was begun goes on, and nothing happens twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from playwright.async_api import expect

from tests.acceptance.page.gate import SHEET, Gate
from tests.acceptance.page.visit import SHEETS, SISTER, SWIMMER, finished, hand_in
from tests.integration.line import Line
from tests.integration.web import response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.async_api import BrowserContext, Page, Route

    from tests.chaos.crew import Crew
    from tests.integration.line import Line
from tests.integration.web import Web

HIDE = """is => {
  Object.defineProperty(document, "hidden", { value: is, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def gate(site: Web) -> Iterator[Gate]:
    gate = Gate(site)
    yield gate
    gate.opened.set()


@pytest.mark.parametrize("is_known", [True, False])
async def test_progress_survives_a_reload_and_a_time_without_network(
    page: Page, context: BrowserContext, crew: Crew, gate: Gate, *, is_known: bool
) -> None:
    """The line is cut, and the phone knows it or does not."""
    async with Line(crew.api_url).laid() as line:
        path = await hand_in(page, line.url, [SWIMMER], links=[gate.url])
        said = page.locator(".sheets .said")
        await expect(said).to_have_text("fetching")
        await page.reload()
        await expect(said).to_have_text("fetching")
        await context.set_offline(is_known)
        line.cut()
        await expect(page.locator(".trouble")).to_contain_text("It goes on by itself")
        gate.opened.set()
        await crew.until(f"SELECT status FROM processing_batches WHERE id = '{path[3:]}'", ["completed"])  # noqa: S608
        await expect(said).to_have_text("fetching")
        line.mend()
        await context.set_offline(False)
        await finished(page)
        await expect(page.locator(".swim")).to_have_count(4)
        await expect(page.locator(".trouble")).to_be_hidden()


async def test_a_batch_that_is_stopped_says_so_and_asks_no_more(page: Page, crew: Crew, gate: Gate) -> None:
    await hand_in(page, crew.api_url, [SWIMMER], links=[gate.url])
    await gate.asked.wait()
    await page.get_by_role("button", name="Stop").click()
    await expect(page.locator(".sheets .said")).to_have_text("cancelled")
    await expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    await expect(page.get_by_role("button", name="Try")).to_have_count(0)
    streams: list[str] = []
    page.on("request", lambda request: streams.append(request.url) if "/events" in request.url else None)
    await page.reload()
    await page.locator("details.card > summary").click()
    await expect(page.locator(".sheets .said")).to_have_text("cancelled")
    assert streams == []


async def test_a_sheet_counts_down_to_its_next_try_after_a_reload_too(page: Page, crew: Crew, site: Web) -> None:
    site.pages["/busy.pdf"] = response(b"later", "503 Service Unavailable", retry_after="10")
    await hand_in(page, crew.api_url, [SWIMMER], links=[site.url("/busy.pdf")])
    said = page.locator(".sheets .said")
    for _ in range(2):
        await expect(said).to_contain_text(re.compile(r"next try in (1\d|2[0-2]) s"))
        seconds = int(re.findall(r"\d+", await said.inner_text())[0])
        await expect(said).to_contain_text(f"{seconds - 2} s")
        await page.reload()
    await page.get_by_role("button", name="Stop").click()
    await expect(said).to_have_text("cancelled")


async def test_a_failed_sheet_is_tried_again_by_itself_or_by_hand(page: Page, crew: Crew, site: Web) -> None:
    site.pages["/busy.pdf"] = response(b"later", "503 Service Unavailable")
    await hand_in(page, crew.api_url, [SWIMMER], links=[site.url("/busy.pdf"), site.url("/missing.pdf")])
    await expect(page.locator(".sheets li").nth(0)).to_contain_text("next try in")
    site.pages["/busy.pdf"] = SHEET
    await page.get_by_text("Finished: 1 of 2 sheets read").first.wait_for()
    missing = page.locator(".sheets li").nth(1)
    await expect(missing).to_contain_text("There is no PDF behind this link")
    site.pages["/missing.pdf"] = SHEET
    await missing.get_by_role("button", name="Try").click()
    await page.get_by_text("Finished: 2 of 2 sheets read").first.wait_for()
    await expect(page.get_by_role("button", name="Try")).to_have_count(0)


@pytest.mark.parametrize("is_taken", [True, False])
async def test_a_lost_answer_makes_no_second_batch(page: Page, crew: Crew, *, is_taken: bool) -> None:
    keys: list[str] = []

    async def lose_the_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            return await route.continue_()
        if is_taken:
            await route.fetch()
        return await route.abort()

    await page.route("**/api/batches", lose_the_first)
    before = await crew.rows("SELECT count(*)::int FROM processing_batches")
    await hand_in(page, crew.api_url, [SWIMMER], pdfs=SHEETS[1:])
    await finished(page)
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert await crew.rows("SELECT count(*)::int FROM processing_batches") == [before[0] + 1]
    assert await page.evaluate("localStorage.getItem('heatstream.sending')") is None


async def test_the_key_outlives_a_reload_for_the_same_sheets_and_no_others(page: Page, crew: Crew) -> None:
    keys: list[str] = []

    async def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        await route.abort()

    await page.route("**/api/batches", lose)
    for swimmer in (SWIMMER, SWIMMER, "Another Name"):
        await page.goto(crew.api_url)
        await page.locator("input[name=swimmer]").fill(swimmer)
        await page.locator("#pdfs").set_input_files(SHEETS[1:])
        async with page.expect_event("requestfailed"):
            await page.get_by_role("button", name="Find the swims").click()
    assert keys[0] == keys[1] != keys[2]


async def test_a_mail_is_offered_after_a_while(page: Page, crew: Crew, gate: Gate) -> None:
    await page.clock.install()
    await hand_in(page, crew.api_url, [SWIMMER], links=[gate.url])
    await expect(page.locator(".sheets .said")).to_have_text("fetching")
    await expect(page.get_by_label("Where shall we mail the result?")).to_have_count(0)
    await page.clock.fast_forward(15_000)
    await expect(page.get_by_label("Where shall we mail the result?")).to_be_visible()


async def test_a_mail_is_offered_with_the_first_finished_sheet_of_several(
    page: Page, crew: Crew, site: Web, gate: Gate
) -> None:
    site.pages["/heats.pdf"] = SHEET
    await hand_in(page, crew.api_url, [SWIMMER], links=[gate.url, site.url("/heats.pdf")])
    await page.get_by_label("Where shall we mail the result?").fill("parent@example.org")
    await page.get_by_role("button", name="Mail me").click()
    await expect(page.locator(".batch")).to_contain_text("A mail comes when it is over")
    await crew.until(
        "SELECT DISTINCT type FROM batch_events WHERE type = 'batch.notification_requested'",
        ["batch.notification_requested"],
    )
    gate.opened.set()
    await finished(page)


async def test_after_a_sleep_the_line_is_laid_anew(page: Page, crew: Crew, gate: Gate) -> None:
    await page.clock.install()
    await hand_in(page, crew.api_url, [SWIMMER], links=[gate.url])
    await expect(page.locator(".sheets .said")).to_have_text("fetching")
    await page.evaluate(HIDE, True)  # noqa: FBT003 - it is JavaScript's
    await page.clock.fast_forward(60_000)
    async with page.expect_request("**/api/events?*"):
        await page.evaluate(HIDE, False)  # noqa: FBT003 - it is JavaScript's


async def test_a_large_family_is_followed_over_one_line_and_read_to_the_end(page: Page, crew: Crew, gate: Gate) -> None:
    streams: list[str] = []
    page.on("request", lambda request: streams.append(request.url) if "/events" in request.url else None)
    path = await hand_in(page, crew.api_url, [SWIMMER, *(f"Swimmer {letter}" for letter in "ABCD")], links=[gate.url])
    await expect(page.locator(".sheets .said")).to_have_count(5)
    [watched] = [parse_qs(urlsplit(url).query)["batch"] for url in streams]
    assert sorted(watched) == sorted(path[3:].split(","))
    gate.opened.set()
    await page.get_by_text("Finished: 5 of 5 sheets read").first.wait_for()


async def test_of_siblings_one_is_stopped_and_tried_again_while_the_others_go_on(
    page: Page, crew: Crew, site: Web, gate: Gate
) -> None:
    """The line ends with the last of them, and a retry of one that was over comes over it too."""
    site.pages["/missing-one.pdf"] = response(b"none", "404 Not Found")
    await hand_in(page, crew.api_url, [SWIMMER, SISTER], links=[gate.url, site.url("/missing-one.pdf")])
    gate.opened.set()
    await page.get_by_text("Finished: 2 of 4 sheets read").first.wait_for()
    site.pages["/missing-one.pdf"] = SHEET
    await page.get_by_role("button", name="Try").first.click()
    await page.get_by_text("Finished: 3 of 4 sheets read").first.wait_for()
    await page.get_by_role("button", name="Try").first.click()
    await page.get_by_text("Finished: 4 of 4 sheets read").first.wait_for()


async def test_a_sibling_that_is_erased_does_not_end_the_line_of_the_others(page: Page, crew: Crew, gate: Gate) -> None:
    path = await hand_in(page, crew.api_url, [SWIMMER, SISTER], links=[gate.url])
    await expect(page.locator(".sheets .said")).to_have_count(2)
    first, second = path[3:].split(",")
    async with httpx2.AsyncClient(base_url=crew.api_url) as api:
        assert (await api.post(f"/api/batches/{second}/expire")).status_code == 202
    await crew.until(f"SELECT id::text FROM processing_batches WHERE id IN ('{first}', '{second}')", [first])  # noqa: S608
    async with page.expect_request("**/api/events?*") as laying:
        await page.evaluate("dispatchEvent(new Event('online'))")
    assert (await laying.value).url == f"{crew.api_url}/api/events?batch={first}"
    gate.opened.set()
    await expect(page.locator(".sheets .said").first).to_have_text(re.compile("done|known already"))


async def test_a_large_family_is_stopped_whole(page: Page, crew: Crew, gate: Gate) -> None:
    path = await hand_in(page, crew.api_url, [SWIMMER, *(f"Swimmer {letter}" for letter in "ABCD")], links=[gate.url])
    await expect(page.locator(".sheets .said")).to_have_count(5)
    await page.get_by_role("button", name="Stop").click()
    await page.get_by_text("Finished: 0 of 5 sheets read").first.wait_for()
    ids = ", ".join(f"'{batch_id}'" for batch_id in path[3:].split(","))
    await crew.until(f"SELECT status FROM processing_batches WHERE id IN ({ids})", ["cancelled"] * 5)  # noqa: S608


async def test_words_that_did_not_come_are_asked_for_again(page: Page, crew: Crew) -> None:
    asked: list[str] = []

    async def lose_the_first(route: Route) -> None:
        asked.append(route.request.url)
        await (route.continue_() if len(asked) > 2 else route.abort())

    await page.route("**/texts/*.json", lose_the_first)
    await page.goto(crew.api_url)
    await page.get_by_role("button", name="Find the swims").wait_for()


async def test_a_view_whose_code_did_not_come_can_be_loaded_again(page: Page, crew: Crew) -> None:
    await page.route("**/results.js", lambda route: route.abort())
    await hand_in(page, crew.api_url, [SWIMMER], pdfs=SHEETS[1:])
    await page.get_by_text("This did not load").wait_for()
    await page.unroute("**/results.js")
    await page.get_by_role("button", name="Load again").click()
    await finished(page)


async def test_a_browser_that_keeps_nothing_does_its_job(page: Page, crew: Crew) -> None:
    await page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })")
    await hand_in(page, crew.api_url, [SWIMMER], pdfs=SHEETS[1:])
    await finished(page)


async def test_a_link_to_a_session_does_not_begin_anew(page: Page, crew: Crew) -> None:
    await hand_in(page, crew.api_url, [SWIMMER], pdfs=SHEETS)
    await finished(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    await page.locator("#session-2 a").click()
    await expect(page).to_have_url(re.compile("#session-2$"))
    await page.go_back()
    await expect(page).not_to_have_url(re.compile("#"))
    await expect(page.locator(".session").first).to_be_visible()
    assert asked == []
