"""What the page offers for calendars: when to remind, which swims, once or for good, and Google's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import expect

from tests.acceptance.page.visit import SHEETS, SISTER, SWIMMER, finished, hand_in

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

    from tests.chaos.crew import Crew


async def asked(link: Locator) -> dict[str, list[str]]:
    return parse_qs(urlsplit(await link.get_attribute("href") or "").query)


async def test_the_calendar_reminds_as_chosen_and_has_the_swims_that_are_picked(page: Page, crew: Crew) -> None:
    await hand_in(page, crew.api_url, [SWIMMER], pdfs=SHEETS[1:])
    await finished(page)
    once, always = page.get_by_role("link", name="Calendar", exact=True), page.get_by_role("link", name="Subscribe")
    assert await asked(once) == {"alarm": ["10"]}

    reminder = page.get_by_label("Reminder")
    await reminder.focus()
    await page.keyboard.press("ArrowDown")  # as someone without a mouse does it
    await expect(reminder).to_have_value("15")
    assert await asked(once) == {"alarm": ["15"]}
    await page.get_by_role("checkbox", name="E9 H1 L1").uncheck()
    left = await asked(once)
    assert left["alarm"] == ["15"]
    assert len(left["without"]) == 1

    told = (await (await page.request.get(f"{crew.api_url}{await once.get_attribute('href')}")).text()).splitlines()
    assert told.count("BEGIN:VEVENT") == told.count("TRIGGER:-PT15M") == 3
    subscribed = await always.get_attribute("href") or ""
    assert subscribed == f"webcal://{urlsplit(crew.api_url).netloc}{await once.get_attribute('href')}"

    await page.reload()
    await finished(page)
    await expect(page.get_by_label("Reminder")).to_have_value("15")
    await page.get_by_label("Reminder").select_option("none")
    assert await asked(once) == {}
    await page.locator("nav select").select_option("de")
    await expect(page.get_by_label("Erinnerung")).to_have_value("0")


async def test_each_swim_can_go_to_google_alone(page: Page, crew: Crew) -> None:
    await hand_in(page, crew.api_url, [SWIMMER], pdfs=SHEETS[1:])
    await finished(page)
    swim = page.locator(".swim", has_text="8:34")
    link = swim.get_by_role("link", name="add to Google Calendar")
    await expect(link).to_have_accessible_name(re.compile("E1 H1 L5 50 Freestyle"))
    assert (await link.get_attribute("target"), await link.get_attribute("rel")) == ("_blank", "noopener noreferrer")
    told = await asked(link)
    assert told["text"] == [f"{SWIMMER} – E1 H1 L5 – 50 Free"]  # noqa: RUF001 - as it is shown
    assert told["dates"] == ["20260807T083400/20260807T084400"]
    await page.emulate_media(media="print")
    await expect(page.get_by_role("link", name="Google")).to_have_count(0)
    await expect(page.locator("a:visible", has_text="Calendar")).to_have_count(0)


async def test_siblings_have_a_calendar_each_and_a_share_link_its_own(page: Page, crew: Crew) -> None:
    await hand_in(page, crew.api_url, [SWIMMER, SISTER], pdfs=SHEETS[1:])
    await finished(page)
    await page.get_by_role("checkbox", name="E9 H1 L1").first.uncheck()
    mine, hers = (page.get_by_role("link", name=f"Calendar {name}", exact=True) for name in (SWIMMER, SISTER))
    assert [("without" in await asked(link)) for link in (mine, hers)] == [True, False]

    batch_id = page.url.rpartition("/")[2].split(",")[0]
    told = await (await page.request.get(f"{crew.api_url}/api/batches/{batch_id}/results")).json()
    code = told["results"][0]["result_code"]
    await page.goto(f"{crew.api_url}/result/{code}")
    await page.locator(".swim").first.wait_for()
    always = await page.get_by_role("link", name="Subscribe").get_attribute("href") or ""
    assert always == f"webcal://{urlsplit(crew.api_url).netloc}/result/{code}.ics?alarm=10"
