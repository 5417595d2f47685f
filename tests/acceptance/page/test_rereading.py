"""A meet puts a corrected sheet behind the link: calendars that people subscribed to say so, by the real services."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import httpx2
import pytest
from ical.calendar_stream import IcsCalendarStream
from playwright.async_api import expect

from tests.acceptance.page.visit import SWIMMER, finished
from tests.integration.web import response
from tests.samples import hytek
from tests.samples.catalogue import EXAMPLES
from tests.samples.hytek_meet import make_meet

if TYPE_CHECKING:
    from ical.event import Event
    from playwright.async_api import Page

    from tests.chaos.crew import Crew
    from tests.integration.web import Web
    from tests.samples.meet import Options, Session

PRINTED = EXAMPLES["sprint-night"]


def corrected(options: Options) -> tuple[Session, ...]:
    """The same meet, each heat 20 minutes later and its swimmers on other lanes."""

    def later(clock: str | None) -> str | None:
        minutes = int((clock or "00:00")[:2]) * 60 + int((clock or "00:00")[3:]) + 20
        return clock and f"{minutes // 60:02}:{minutes % 60:02}"

    return tuple(
        replace(
            session,
            events=tuple(
                replace(
                    event,
                    heats=tuple(
                        replace(
                            heat,
                            start=later(heat.start),
                            places=tuple(
                                replace(place, number=other.number)
                                for place, other in zip(heat.places, reversed(heat.places), strict=True)
                            )[::-1],
                        )
                        for heat in event.heats
                    ),
                )
                for event in session.events
            ),
        )
        for session in make_meet(options)
    )


async def submitted(client: httpx2.AsyncClient, link: str) -> str:
    taken = (await client.post("/api/batches", json={"swimmer": SWIMMER, "urls": [link]})).json()
    await over(client, taken["batch_id"])
    return f"/api/batches/{taken['batch_id']}"


async def over(client: httpx2.AsyncClient, batch_id: str) -> None:
    """Return when the batch is, by its stream."""
    live = {"Accept": "text/event-stream"}
    async with client.stream("GET", f"/api/batches/{batch_id}/events", headers=live, timeout=60) as stream:
        async for _ in stream.aiter_lines():
            pass


async def swims(client: httpx2.AsyncClient, address: str, **headers: str) -> tuple[list[Event], str]:
    answer = await client.get(address, headers=headers)
    return IcsCalendarStream.calendar_from_ics(answer.text).events, answer.headers["etag"]


async def test_the_same_address_tells_what_a_retry_and_a_later_reading_found(
    page: Page, crew: Crew, site: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = site.url("/sprint-night.pdf")
    first = hytek.sample(PRINTED).pdf
    monkeypatch.setattr(hytek, "make_meet", corrected)
    second = hytek.sample(PRINTED).pdf

    async with httpx2.AsyncClient(base_url=crew.api_url) as client:
        batch = await submitted(client, link)  # nothing is there yet
        address = f"{batch}/calendar.ics?alarm=10"
        nothing, empty = await swims(client, address)
        assert nothing == []

        site.pages["/sprint-night.pdf"] = response(first, content_type="application/pdf")
        assert (await client.post(f"{batch}/retry")).status_code == 202
        before: list[Event] = []
        while not before:  # the retry may not be folded yet, and then the stream is over at once
            await over(client, batch.rpartition("/")[2])
            before, printed = await swims(client, address)
        assert printed != empty
        known = await client.get(address, headers={"If-None-Match": printed})
        assert known.status_code == 304

        site.pages["/sprint-night.pdf"] = response(second, content_type="application/pdf")
        again = await submitted(client, link)
        after, changed = await swims(client, address)
        assert changed != printed
        assert [event.uid for event in after] == [event.uid for event in before]
        waits = {(new.dtstart - old.dtstart).total_seconds() // 60 for new, old in zip(after, before, strict=True)}  # type: ignore[operator]  # datetimes all
        assert waits == {20}
        assert [event.summary for event in after] != [event.summary for event in before]
        assert [event.uid for event in (await swims(client, f"{again}/calendar.ics"))[0]] == [
            event.uid for event in before
        ]
        code = (await client.get(f"{batch}/results")).json()["results"][0]["result_code"]
        assert (await swims(client, f"/result/{code}.ics?alarm=10"))[0] == after

    await page.goto(f"{crew.api_url}/b/{batch.rpartition('/')[2]}")
    await finished(page)
    await expect(page.get_by_text("The sheet behind this link has changed")).to_be_visible()
    await expect(page.locator(".swim").first).to_contain_text("8:54")
