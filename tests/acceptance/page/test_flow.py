"""From sheets and names to a schedule, as a parent does it, against the real services."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.acceptance.page.visit import EXAMPLES, SHEETS, SISTER, SWIMMER, finished, hand_in
from tests.integration.web import response

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Page

    from tests.chaos.crew import Crew
    from tests.integration.web import Web

SESSIONS = ["session-1", "session-2", "session-3"]
SIXTEEN = """() => {
  const files = new DataTransfer();
  for (let number = 1; number <= 16; number += 1) files.items.add(new File(["no sheet"], `${number}.pdf`));
  return files;
}"""
NEITHER = """() => {
  Object.defineProperty(navigator, "share", { value: undefined });
  navigator.clipboard.writeText = () => { throw new Error("not here"); };
}"""


async def test_sheets_and_a_name_become_a_schedule_a_calendar_and_a_share_link(
    page: Page, crew: Crew, tmp_path: Path
) -> None:
    path = await hand_in(page, crew.api_url, [SWIMMER], pdfs=SHEETS)
    await finished(page)
    await expect(page.get_by_role("heading", level=1)).to_have_text(SWIMMER)
    assert await page.locator(".session h3").evaluate_all("all => all.map(one => one.id)") == SESSIONS
    swim = page.locator(".swim", has_text="8:34")
    await expect(swim).to_contain_text("50 LC Meter Freestyle")
    assert re.sub(r"\s+", " ", " ".join(await swim.locator(".mark").all_inner_texts())) == "Event 1 Heat 1 / 4 Lane 5"
    await expect(swim.locator(".gap")).to_contain_text("2 h 12 min")

    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Calendar", exact=True).click()
    await (await downloading.value).save_as(tmp_path / "swims.ics")
    assert (tmp_path / "swims.ics").read_text().count("BEGIN:VEVENT") == await page.locator(".swim").count()

    await page.goto(f"{crew.api_url}{path}#session-3")
    await finished(page)
    await expect(page.locator("#session-3")).to_be_in_viewport()
    await expect(page.locator("#session-3")).to_be_focused()
    await page.locator("#session-2 a").click()
    await expect(page.locator("#session-2")).to_be_focused()

    # Without a secure address a browser neither shares nor copies: the link itself is opened.
    await page.evaluate(NEITHER)
    await page.get_by_role("button", name="Share").last.click()
    await page.wait_for_url("**/result/*")
    await expect(page.get_by_role("heading", level=1)).to_have_text(SWIMMER)
    await expect(page.locator(".swim")).to_have_count(4)
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Calendar", exact=True).click()
    await (await downloading.value).save_as(tmp_path / "shared.ics")
    assert (tmp_path / "shared.ics").read_text().count("BEGIN:VEVENT") == 4


async def test_a_swim_that_is_not_wanted_leaves_picture_calendar_and_print(
    page: Page, crew: Crew, tmp_path: Path
) -> None:
    await hand_in(page, crew.api_url, [SWIMMER], pdfs=SHEETS[1:])
    await finished(page)
    pills = page.locator(".picture .pill")
    await expect(pills).to_have_count(4)
    await page.get_by_role("checkbox", name="E9 H1 L1").uncheck()
    await expect(pills).to_have_count(3)
    await expect(page.locator(".swim", has_text="8:34").locator(".gap")).to_contain_text("2 h 52 min")
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Calendar", exact=True).click()
    await (await downloading.value).save_as(tmp_path / "swims.ics")
    assert (tmp_path / "swims.ics").read_text().count("BEGIN:VEVENT") == 3
    await page.emulate_media(media="print")
    await expect(page.locator(".swim:visible")).to_have_count(3)
    await expect(page.locator("button:visible, .top:visible")).to_have_count(0)
    await page.emulate_media(media="screen")
    await page.get_by_role("button", name="None").click()
    await expect(pills).to_have_count(0)
    await page.get_by_role("button", name="All", exact=True).click()
    await expect(pills).to_have_count(4)


async def test_siblings_share_a_picture_in_which_clashes_show_and_now_moves(page: Page, crew: Crew) -> None:
    await page.clock.install(time="2026-08-07T09:00:00")
    await hand_in(page, crew.api_url, [SWIMMER, SISTER], pdfs=SHEETS[1:])
    await page.clock.run_for(1000)
    await finished(page)
    table = page.locator(".picture table")
    await page.get_by_text("As a table").click()
    await expect(page.locator(".picture .pill")).to_have_count(8)
    await expect(page.locator(".picture .pill.bad")).to_have_count(2)
    await expect(table.locator("tbody tr")).to_have_count(8)
    await expect(table.locator("td", has_text="at the same time")).to_have_count(2)
    await expect(page.locator(".swim .clash")).to_have_count(2)
    now = page.locator(".picture .now:not([hidden])")
    before = await now.get_attribute("transform")
    await page.clock.run_for(60 * 60_000)
    assert await now.get_attribute("transform") != before


async def test_sheets_are_put_in_order_and_dropped_with_keys_and_with_a_finger(page: Page, crew: Crew) -> None:
    await page.goto(crew.api_url)
    await page.locator("#pdfs").set_input_files([*SHEETS, EXAMPLES / "county-championships.pdf"])
    names = page.locator(".queue bdi")
    summer, sprint, county = "summer-invitational.pdf", "sprint-night.pdf", "county-championships.pdf"
    await expect(names).to_have_text([summer, sprint, county])
    await page.get_by_role("button", name=f"Move \u2068{sprint}").first.focus()
    await page.keyboard.press("Enter")
    await expect(names).to_have_text([sprint, summer, county])
    await expect(page.locator("#said")).to_contain_text("is now number 1 of 3")
    assert await page.evaluate("document.activeElement.dataset.does") == "down"  # it cannot go up any more
    await page.locator(".grip").nth(2).hover()
    await page.mouse.down()
    await page.locator(".grip").nth(0).hover()
    await page.mouse.up()
    await expect(names).to_have_text([county, sprint, summer])
    await page.get_by_role("button", name=f"Remove \u2068{county}").click()
    await expect(names).to_have_text([sprint, summer])
    await page.locator("#pdfs").set_input_files(SHEETS)
    await expect(names).to_have_count(2)


async def test_files_are_dropped_in_and_what_is_too_much_is_said(page: Page, crew: Crew) -> None:
    await page.goto(crew.api_url)
    await page.locator("html[data-ready]").wait_for()
    dropped = await page.evaluate_handle(SIXTEEN)
    await page.dispatch_event("h1", "drop", {"dataTransfer": dropped})  # beside the field it counts as well
    await expect(page.locator(".queue bdi")).to_have_count(15)
    await expect(page.get_by_role("alert")).to_have_text("A batch takes 15 sheets; the others were left out.")
    await page.get_by_role("button", name="Find the swims").click()
    await expect(page.get_by_role("alert")).to_have_text("Say who swims.")
    await expect(page.locator("input[name=swimmer]")).to_be_focused()
    await page.locator("input[name=swimmer]").fill(SWIMMER)
    await page.get_by_role("button", name="Find the swims").click()
    await expect(page.get_by_role("alert")).to_contain_text("does not begin like a PDF")


async def test_a_meets_page_offers_its_pdfs_and_likely_heat_sheets_are_picked(
    page: Page, crew: Crew, site: Web
) -> None:
    links = '<a href="/heats.pdf">Heat sheet Friday</a> <a href="/waiver.pdf">Waiver</a>'
    site.pages["/meet"] = response(
        f"<html><title>Harbour Meet</title>{links}".encode(), content_type="text/html; charset=utf-8"
    )
    site.pages["/heats.pdf"] = response(SHEETS[1].read_bytes(), content_type="application/pdf")
    await page.goto(crew.api_url)
    await page.get_by_label("Or paste links").fill(site.url("/meet"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("checkbox", name="Heat sheet Friday")).to_be_checked()
    await expect(page.get_by_role("checkbox", name="Waiver")).not_to_be_checked()
    await page.get_by_role("button", name="Add to the list").click()
    await expect(page.locator(".queue bdi").first).to_have_text("Heat sheet Friday")
    await page.locator("input[name=swimmer]").fill(SWIMMER)
    await page.keyboard.press("Enter")
    await finished(page)
    await expect(page.locator(".swim")).to_have_count(4)


async def test_links_that_were_pasted_and_not_added_are_not_forgotten(page: Page, crew: Crew, site: Web) -> None:
    site.pages["/heats.pdf"] = response(SHEETS[1].read_bytes(), content_type="application/pdf")
    for name in ("one", "other"):
        link = f"<html><title>Meet {name}</title><a href='/{name}.pdf'>Heat sheet {name}</a>"
        site.pages[f"/{name}"] = response(link.encode(), content_type="text/html")
    await page.goto(crew.api_url)
    await page.locator("input[name=swimmer]").fill(SWIMMER)
    links = page.get_by_label("Or paste links")
    await links.fill("\n".join(site.url(path) for path in ("/one", "/heats.pdf", "/away", "/other")))
    await page.get_by_role("button", name="Find the swims").click()
    await expect(page.locator(".found legend")).to_have_text([re.compile("Meet one"), re.compile("Meet other")])
    await expect(page.get_by_role("alert")).to_contain_text("This page is not there.")
    await expect(links).to_have_value(site.url("/away"))
    await expect(page.locator(".queue bdi").first).to_have_text("heats.pdf")
    await expect(page.get_by_role("checkbox", name="Heat sheet one")).to_be_focused()
    await links.fill(site.url("/heats.pdf"))
    await page.get_by_role("button", name="Find the swims").click()
    await finished(page)
    await expect(page.locator(".sheets li")).to_have_count(1)


async def test_a_sheet_without_the_swimmer_is_named_and_a_near_name_is_looked_for_in_the_same_files(
    page: Page, crew: Crew
) -> None:
    await hand_in(page, crew.api_url, ["Maja Lindquist"], pdfs=SHEETS[1:])
    await finished(page)
    await expect(page.locator(".note")).to_contain_text("is not in this sheet")
    await page.get_by_role("button", name="Lindqvist").click()
    await expect(page.locator(".queue bdi")).to_have_text(["sprint-night.pdf"])
    await page.get_by_role("button", name="Find the swims").click()
    await finished(page)
    await expect(page.locator(".swim")).to_have_count(4)


async def test_a_swim_that_two_sheets_have_is_shown_once_with_a_note(page: Page, crew: Crew, tmp_path: Path) -> None:
    again = tmp_path / "sprint-night-again.pdf"
    again.write_bytes(SHEETS[1].read_bytes() + b"\n% again\n")
    await hand_in(page, crew.api_url, [SISTER], pdfs=[SHEETS[1], again])
    await finished(page)
    await expect(page.get_by_text("that an earlier sheet has too")).to_be_visible()
    everything = await page.locator(".swim").all_inner_texts()
    assert len(set(everything)) == len(everything) > 0
