"""What every view promises: nobody is kept out, it is light, and a stranger's text stays a text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

import pytest
from playwright.async_api import expect

from tests.acceptance.page.visit import DESK, PHONE, SHEETS, SISTER, SWIMMER, faults, finished, hand_in
from tests.integration.web import response

if TYPE_CHECKING:
    from playwright.async_api import Browser, FilePayload, Page, Route, ViewportSize

    from tests.chaos.crew import Crew
    from tests.integration.web import Web

FITS = "document.documentElement.scrollWidth <= innerWidth"
#: A window of 1280 px at 400 % (WCAG 1.4.10), and what can be pressed and is smaller than 24 px in it (2.5.8).
ZOOMED: ViewportSize = {"width": 320, "height": 256}
TOO_SMALL = """() => [...document.querySelectorAll("a, button, input, select, summary, textarea")]
  .filter((one) => one.checkVisibility() && !one.matches(".skip"))
  .filter((one) => Math.min(one.getBoundingClientRect().width, one.getBoundingClientRect().height) < 24)
  .map((one) => one.outerHTML.slice(0, 200))"""
LOOKS: list[tuple[ViewportSize, Literal["light", "dark"]]] = [(PHONE, "light"), (DESK, "dark")]
FOCUSED = "(one => one.id || one.name || one.className || one.tagName)(document.activeElement)"
SCRIPT = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
BIDI = "\u202egnp.exe"


async def looked_through(page: Page, view: str) -> list[str]:
    """The faults of a view, on a phone by day and on a desk by night: sizes and colours do not depend on each other."""
    found: list[str] = []
    for size, scheme in LOOKS:
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme=scheme)
        found += [f"{view}, {scheme}, {size['width']} px: {fault}" for fault in await faults(page)]
        assert await page.evaluate(FITS), f"{view} is too wide"
    await page.set_viewport_size(ZOOMED)
    assert await page.evaluate(FITS), f"{view} is too wide for {ZOOMED['width']} px"
    found += [f"{view}: a target is too small: {target}" for target in await page.evaluate(TOO_SMALL)]
    return found


async def test_axe_finds_nothing_in_any_view(page: Page, crew: Crew, site: Web) -> None:
    links = b'<html><title>Meet</title><a href="/heats.pdf">Heat sheet</a> <a href="/map.pdf">Map</a>'
    site.pages["/meet"] = response(links, content_type="text/html")
    site.pages["/busy.pdf"] = response(b"later", "503 Service Unavailable")
    url = crew.api_url
    await page.goto(url)
    await page.locator("#pdfs").set_input_files(SHEETS)
    await page.get_by_label("Or paste links").fill(site.url("/meet"))
    await page.keyboard.press("Enter")
    await page.locator(".found").wait_for()
    await page.get_by_role("button", name="Find the swims").click()
    await page.locator(".trouble:visible").wait_for()
    found = await looked_through(page, "start")

    await hand_in(page, url, ["Maja Lindquist"], links=[site.url("/busy.pdf"), site.url("/gone.pdf")], pdfs=SHEETS[1:])
    await page.locator("[data-status=waiting]").wait_for()
    await page.locator(".mail, .note").first.wait_for()
    found += await looked_through(page, "progress")

    await hand_in(page, url, [SWIMMER, SISTER], pdfs=SHEETS)
    await finished(page)
    await page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    await page.locator(".replay input[type=range]").last.wait_for()
    found += await looked_through(page, "results")

    batch_id = page.url.rpartition("/")[2].split(",")[0]
    told = await page.request.get(f"{url}/api/batches/{batch_id}/results")
    await page.goto(f"{url}/result/{(await told.json())['results'][0]['result_code']}")
    await page.locator(".swim").first.wait_for()
    found += await looked_through(page, "shared")
    await page.goto(f"{url}/result/000000000000")
    await page.get_by_text("Nothing here").wait_for()
    found += await looked_through(page, "no result")
    await page.goto(f"{url}/b/nonsense")
    await page.get_by_text("Nothing here").wait_for()
    found += await looked_through(page, "no batch")
    await page.request.post(f"{url}/api/batches/{batch_id}/expire")
    await crew.until(
        f"SELECT type FROM batch_events WHERE batch_id = '{batch_id}' AND type = 'batch.expired'",  # noqa: S608
        ["batch.expired"],
    )
    await page.goto(f"{url}/b/{batch_id}")
    await page.get_by_text("This was erased").wait_for()
    found += await looked_through(page, "erased")
    assert not found, "\n".join(found)


async def test_axe_finds_nothing_without_a_network_and_on_paper(page: Page, crew: Crew) -> None:
    await hand_in(page, crew.api_url, [SWIMMER, SISTER], pdfs=SHEETS[1:])
    await finished(page)
    await page.locator(".picture .pill.bad").first.wait_for()
    await page.emulate_media(media="print", color_scheme="dark")  # paper is white by night, too
    found = [f"on paper: {fault}" for fault in await faults(page)]
    assert (
        await page.evaluate("getComputedStyle(document.querySelector('.pill.bad rect')).fill") == "rgb(255, 255, 255)"
    )
    await page.emulate_media(media="screen")
    await page.route("**/api/**", lambda route: route.abort())
    await page.reload()
    await page.locator(".old:visible").wait_for()
    found += await looked_through(page, "offline")
    await page.goto(crew.api_url)
    await page.locator(".lately").wait_for()
    found += await looked_through(page, "start again")
    assert not found, "\n".join(found)


async def tab_to(page: Page, what: str) -> None:
    """Press Tab until the focus is there; nothing else moves it."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("what => document.activeElement.matches(what)", what):
            return
    pytest.fail(f"keys do not lead to {what}")


async def test_everything_can_be_done_with_keys_alone(page: Page, crew: Crew) -> None:
    page.on("filechooser", lambda _: None)  # so that the browser's own is out of the way long before it is asked for
    await page.goto(crew.api_url)
    await page.locator("html[data-ready]").wait_for()
    reached: list[str] = []
    for _ in range(9):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate(FOCUSED))
    assert reached[:9] == ["skip", "brand", "SELECT", "swimmer", "link", "pdfs", "links", "BUTTON", "go"]
    await page.evaluate("document.activeElement.blur()")
    await tab_to(page, "input[name=swimmer]")
    await page.keyboard.type(SWIMMER)
    await tab_to(page, "#pdfs")
    async with page.expect_file_chooser() as choosing:
        await page.keyboard.press("Space")
    await (await choosing.value).set_files(SHEETS)
    await tab_to(page, "[data-does=down]")
    await page.keyboard.press("Enter")
    await expect(page.locator(".queue bdi").first).to_have_text("sprint-night.pdf")
    await tab_to(page, ".go")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/b/*")
    await finished(page)
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await tab_to(page, ".picture .pill")
    said = await page.evaluate("document.activeElement.querySelector('title').textContent")
    assert all(part in said for part in ("8:34", SWIMMER, "E1 H1 L5 50 Freestyle", "2 h 12 min"))
    await page.keyboard.press("Enter")
    await expect(page.locator(".swim", has_text="8:34")).to_be_focused()
    await tab_to(page, "input[type=checkbox]")
    await page.keyboard.press("Space")
    box = page.get_by_role("checkbox", name="E1 H1 L5").first
    await expect(box).not_to_be_checked()
    await expect(box).to_be_focused()
    await page.evaluate("dispatchEvent(new HashChangeEvent('hashchange'))")  # the browser's may come as late as this
    await expect(box).to_be_focused()
    await tab_to(page, ".replay summary")
    await page.keyboard.press("Enter")
    await tab_to(page, ".replay input")
    await page.keyboard.press("Home")
    await expect(page.locator(".replay .hint")).to_contain_text("handed in")


async def test_what_the_server_says_is_said_in_the_readers_language(browser: Browser, crew: Crew) -> None:
    context = await browser.new_context(locale="de-DE", viewport=PHONE, service_workers="block")
    page = await context.new_page()
    await page.goto(crew.api_url)
    await page.locator("input[name=swimmer]").fill(SWIMMER)
    no_pdf: FilePayload = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"no sheet"}
    await page.locator("#pdfs").set_input_files([no_pdf])
    await page.get_by_role("button", name="Starts finden").click()
    trouble = page.get_by_role("alert")
    await expect(trouble).to_contain_text("Eine Datei ist kein PDF.")
    await expect(trouble.locator("[lang=en]")).to_contain_text("“a.pdf” does not begin like a PDF")
    await page.goto(f"{crew.api_url}/result/000000000000")
    await expect(page.locator(".lead")).to_contain_text("Unter diesem Link gibt es nichts.")
    await context.close()


async def test_a_language_is_picked_and_kept(page: Page, crew: Crew) -> None:
    await page.goto(crew.api_url)
    for code, title in (("de", "Wann wird geschwommen?"), ("es", "¿Cuándo nadan?")):
        await page.locator("nav select").select_option(code)
        await expect(page.get_by_role("heading", level=1)).to_have_text(title)
        await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_have_text(title)
        await expect(page.locator("html")).to_have_attribute("lang", code)


async def test_what_users_name_things_stays_a_text(page: Page, crew: Crew, site: Web) -> None:
    odd = f"{SCRIPT}{BIDI}"
    title = "Meet =cmd|' /C calc'!A0"
    link = '<a href="/a.pdf">&lt;script&gt;x&lt;/script&gt; heat sheet</a>'
    site.pages["/meet"] = response(
        f"<html><title>{title} &lt;b&gt;</title>{link}".encode(),
        content_type="text/html; charset=utf-8",
    )
    await page.goto(crew.api_url)
    await page.get_by_label("Or paste links").fill(site.url("/meet"))
    await page.keyboard.press("Enter")
    await expect(page.locator(".found legend")).to_contain_text(f"{title} <b>")
    await expect(page.locator(".found li")).to_contain_text("<script>x</script>")
    name = f"{SCRIPT.replace('/', '_')}\r\nX: y.pdf"
    pdf: FilePayload = {"name": name, "mimeType": "application/pdf", "buffer": SHEETS[1].read_bytes()}
    await page.locator("#pdfs").set_input_files([pdf])
    await page.locator("input[name=swimmer]").fill(odd)
    await page.get_by_role("button", name="Find the swims").click()
    await finished(page)
    plain = odd.replace("\u202e", "")
    await expect(page.get_by_role("heading", level=1).locator("bdi")).to_have_text(plain)
    await expect(page.locator(".sheets bdi")).to_contain_text("<script>")
    await page.locator(".replay > summary").click()
    await expect(page.locator(".replay h3 bdi")).to_have_text(plain)
    assert await page.locator("main img, main script").count() == 0
    assert "owned" not in (await page.title()).replace(SCRIPT, "")


def result(swims: list[dict[str, Any]], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a document
    swim = {
        "kind": "individual", "session": SCRIPT, "session_date": "2026-08-07", "event_number": "1", "event_name": BIDI,
        "round": SCRIPT, "heat_number": 1, "heat_count": 2, "heat_start_time": "09:00", "heat_start_estimated": True,
        "lane": 3, "swimmer_name": SWIMMER, "age": 11, "birth_year": None, "team": "HARB", "seed_time": SCRIPT,
        "page": 1, "relay_leg": None, "duplicate": False, "google_calendar_url": None,
    }  # fmt: skip
    return {
        "result_code": "0123456789ab", "swimmer_name": SWIMMER, "source": SCRIPT, "meet_name": SCRIPT, "venue": SCRIPT,
        "session_date": None, "swims": [swim | {"id": f"{place:012}"} | one for place, one in enumerate(swims)],
        "warnings": [], "cached": False, **more,
    }  # fmt: skip


async def test_of_several_swimmers_of_a_name_one_is_chosen_by_age_and_team(page: Page, crew: Crew) -> None:
    swims: list[dict[str, Any]] = [{}, {"age": 12, "team": "OTTR", "event_number": "2", "heat_start_time": "10:00"},
             {"age": None, "team": "OTTR B", "relay_leg": 2, "kind": "relay", "event_number": "3"}]  # fmt: skip
    warning = {"code": "same_name", "message": SCRIPT, "names": [SCRIPT], "page": None, "line": None}
    shown = json.dumps(result(swims, warnings=[warning, warning | {"code": "unread_lines"}]))

    async def tell(route: Route) -> None:
        if "json" in route.request.headers["accept"]:
            await route.fulfill(body=shown, content_type="application/json")
        else:
            await route.continue_()

    await page.route("**/result/*", tell)
    await page.goto(f"{crew.api_url}/result/0123456789ab")
    await expect(page.locator(".swim")).to_have_count(3)
    await page.get_by_role("radio", name="12").check()
    await expect(page.locator(".swim")).to_have_count(2)
    await page.get_by_role("radio", name="11").check()
    await expect(page.locator(".swim")).to_have_count(1)
    await page.get_by_role("radio", name="All").check()
    await expect(page.locator(".swim")).to_have_count(3)
    await expect(page.locator(".time").first).to_contain_text("estimated")
    assert await page.locator("main img, main script").count() == 0
    assert "owned" not in await page.title()


async def test_a_slider_shows_how_a_batch_came_about(page: Page, crew: Crew) -> None:
    await hand_in(page, crew.api_url, [SWIMMER], pdfs=SHEETS)
    await finished(page)
    await page.locator(".replay > summary").click()
    slider, said = page.locator(".replay input"), page.locator(".replay .sheets .said")
    await expect(said).to_have_count(2)
    ended = await said.all_inner_texts()
    await slider.focus()
    await page.keyboard.press("Home")
    await expect(said).to_have_text(["waiting", "waiting"])
    await expect(page.locator(".replay .hint")).to_contain_text("handed in")
    await page.get_by_role("button", name="Play").click()
    await expect(said).to_have_text(ended, timeout=15_000)
