"""Where a gateway asks for keys, the page asks for one, once, and shows it with all that it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from pydantic import SecretStr

from services.api.gateway import gateway
from services.api.keys.needs import Asked
from services.api.settings import ApiSettings
from services.runtime.keys.scope import Scope
from tests.acceptance.page.gate import Gate
from tests.acceptance.page.visit import SHEETS, SWIMMER, faults, finished
from tests.integration.api.forms import key_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Page, Request

    from tests.chaos.crew import Crew
    from tests.integration.web import Web


@pytest.fixture
def key(tmp_path: Path) -> str:
    return key_of(tmp_path / "keys.jsonl", Scope.SUBMIT, Scope.READ)


@pytest.fixture(params=[Asked.SUBMIT, Asked.ALL])
async def url(request: pytest.FixtureRequest, crew: Crew, key: str, tmp_path: Path) -> AsyncIterator[str]:  # noqa: ARG001 - it is there before
    """A gateway that asks for keys, beside the crew's."""
    settings = ApiSettings(
        amqp_url=SecretStr(crew.servers.amqp_url),
        database_url=SecretStr(crew.servers.database_url),
        blob_url=f"file://{crew.state.resolve()}/blobs",
        http_port=0,
        keys=request.param,
        keys_file=str(tmp_path / "keys.jsonl"),
    )
    async with gateway(settings) as port:
        yield f"http://127.0.0.1:{port}"


async def test_a_key_is_asked_for_once_and_opens_all_that_it_is_for(
    page: Page, url: str, key: str, site: Web, tmp_path: Path
) -> None:
    await page.goto(url)
    gate = Gate(site)
    await page.get_by_label("Or paste links").fill(gate.url)
    await page.get_by_role("button", name="Add", exact=True).click()
    await page.locator("input[name=swimmer]").fill(SWIMMER)
    await page.get_by_role("button", name="Find the swims").click()
    dialog, box = page.get_by_role("dialog", name="A key is needed"), page.get_by_label("Key", exact=True)
    await expect(box).to_be_focused()
    assert await faults(page) == []
    await page.keyboard.press("Escape")
    await expect(page.locator(".start > .trouble")).to_contain_text("A key is needed here.")
    await page.get_by_role("button", name="Find the swims").click()
    await box.fill("hs_nonsense")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("not taken here")
    await page.get_by_label("Key", exact=True).fill(f" {key} ")
    streams: list[Request] = []
    page.on("request", lambda request: streams.append(request) if "/events" in request.url else None)
    await page.get_by_role("button", name="Use it").click()
    await page.wait_for_url("**/b/*")
    await expect(page.locator(".sheets .said")).to_have_text("fetching")
    gate.opened.set()
    await finished(page)
    needed = await page.evaluate("document.documentElement.dataset.keys") == Asked.ALL
    shown = [(await stream.all_headers()).get("authorization") for stream in streams]
    assert shown == [f"Bearer {key}" if needed else None], "one stream, to the end"
    await expect(page.locator(".swim")).to_have_count(4)
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Calendar", exact=True).click()
    await (await downloading.value).save_as(tmp_path / "swims.ics")
    assert (tmp_path / "swims.ics").read_text().count("BEGIN:VEVENT") == 4
    await page.reload()
    await finished(page)
    await expect(dialog).to_have_count(0)
    assert key not in await page.content()


async def test_who_has_a_link_and_no_key_sees_what_the_link_is_for(page: Page, url: str, key: str, crew: Crew) -> None:
    batch = await crew.submit(SWIMMER, SHEETS[1:])
    await crew.until(f"SELECT status FROM processing_batches WHERE id = '{batch}'", ["completed"])  # noqa: S608 - ours
    (code,) = await crew.rows("SELECT result_code FROM batch_jobs WHERE batch_id = $1", batch)
    await page.goto(f"{url}/result/{code}")
    await expect(page.locator(".swim")).to_have_count(4)

    await page.goto(f"{url}/b/{batch}")
    if await page.evaluate("document.documentElement.dataset.keys") == Asked.SUBMIT:
        await finished(page)
        return
    await page.get_by_role("button", name="I have none").click()
    await expect(page.locator(".trouble")).to_contain_text("A key is needed here.")
    await page.reload()
    await page.get_by_label("Key", exact=True).fill(key)
    await page.keyboard.press("Enter")
    await finished(page)
    await expect(page.locator(".swim")).to_have_count(4)
