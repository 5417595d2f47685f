"""Two workers, a batch of fifteen sheets from a slow site, and others behind it."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from schema.commands import ProcessJob
from schema.identity import job_id
from services.runtime.database import Database
from services.runtime.topology import JOBS
from services.worker.turns import _claim
from services.worker.work_lock import WorkLock
from services.worker.worker import working
from tests.integration.post import Post
from tests.integration.projector.rig import projecting, rigged
from tests.integration.web import response
from tests.integration.worker.processes import two_processes
from tests.integration.worker.recorded import record_job
from tests.integration.worker.rig import PATIENCE_SECONDS, Rig
from tests.integration.worker.test_jobs import message
from tests.integration.worker.test_process import heat_sheet

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from services.worker.settings import WorkerSettings
    from tests.integration.projector.rig import Rig as Tables
    from tests.integration.web import Page, Web

SHEETS = 15


@pytest.fixture
async def tables(amqp_url: str, database_url: str) -> AsyncIterator[Tables]:
    """What a projector makes of it."""
    async with rigged(amqp_url, database_url) as seen, projecting(amqp_url, database_url):
        yield seen


class SlowSite:
    """Holds each sheet back until the test hands it out; `/a/3` is the third of a batch `a`."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self.held: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Condition()
        self.asked: list[str] = []

    def sheets(self, batch: str, count: int) -> Iterator[dict[str, str]]:
        for number in range(1, count + 1):
            path = f"/{batch}/{number}"
            self._web.pages[path] = self._page(path)
            yield {"source_type": "url", "url": self._web.url(path)}

    def _page(self, path: str) -> Page:
        async def page(writer: asyncio.StreamWriter) -> None:
            self.held[path] = asyncio.Event()
            async with self._changed:
                self.asked.append(path)
                self._changed.notify_all()
            await self.held[path].wait()
            writer.write(response(heat_sheet() + path.encode()))

        return page

    async def until_asked(self, count: int) -> list[str]:
        """The paths that were asked for, in order, once there are so many."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(lambda: len(self.asked) >= count)
        return list(self.asked)

    def hand_out(self, path: str) -> None:
        self.held.pop(path).set()

    def hand_out_all(self) -> None:
        for path in list(self.held):
            self.hand_out(path)

    @staticmethod
    def batch_of(path: str) -> str:
        return path.split("/")[1]


async def test_one_sheet_behind_fifteen_slow_ones_begins_when_the_first_of_them_ends(
    rig: Rig, settings: WorkerSettings, web: Web, tables: Tables
) -> None:
    site, slots = SlowSite(web), 4
    further = {"job_slots": "2", "allowed_hosts": web.host, "max_pdfs": str(SHEETS)}
    async with two_processes(settings, **further):
        batches = [await rig.submit(*site.sheets("many", SHEETS))]
        first = (await site.until_asked(slots))[0]
        batches.append(await rig.submit(*site.sheets("one", 1)))
        await tables.until("SELECT count(*)::int FROM batch_jobs WHERE status = 'pending'", SHEETS - slots + 1)
        await Post(rig.channel).holds(JOBS, SHEETS - slots + 1)

        site.hand_out(first)

        assert (await site.until_asked(slots + 1))[-1] == "/one/1"
        # From here on two batches want all slots: neither has more than three, and none stands idle.
        batches.append(await rig.submit(*site.sheets("more", SHEETS)))
        await tables.until("SELECT count(*)::int FROM batch_jobs", 2 * SHEETS + 1)
        for _ in range(2 * SHEETS - slots):
            site.hand_out(next(iter(site.held)))
            begun = site.batch_of((await site.until_asked(len(site.asked) + 1))[-1])
            asked = Counter(map(site.batch_of, site.asked))
            if asked["more" if begun == "many" else "many"] < SHEETS:  # the other batch waits, too
                assert Counter(map(site.batch_of, site.held))[begun] <= 3, site.asked
        site.hand_out_all()
        for batch, sheets in zip(batches, (SHEETS, 1, SHEETS), strict=True):
            await rig.until_over(batch, sheets)
    assert len(site.asked) == len(set(site.asked)) == 2 * SHEETS + 1


async def test_of_two_slots_in_all_one_is_for_others(
    rig: Rig, settings: WorkerSettings, web: Web, tables: Tables
) -> None:
    site = SlowSite(web)
    small = settings.model_copy(update={"job_slots": 1})
    async with working(small, rig.reader), working(small, rig.reader):
        await rig.submit(*site.sheets("many", 3))
        first = (await site.until_asked(2))[0]
        await rig.submit(*site.sheets("one", 1))
        await tables.until("SELECT count(*)::int FROM batch_jobs WHERE status = 'pending'", 2)
        await Post(rig.channel).holds(JOBS, 2)

        site.hand_out(first)

        assert (await site.until_asked(3))[-1] == "/one/1"
        site.hand_out_all()
        await site.until_asked(4)
        site.hand_out_all()


async def test_of_eight_jobs_that_come_at_once_three_begin(database_url: str) -> None:
    """Counting and claiming are one: otherwise each would see the others, or none of them."""
    many = message()
    jobs = [
        ProcessJob.model_validate({**many, "job_id": job_id(UUID(many["batch_id"]), number), "sequence": number})
        for number in range(1, 9)
    ]
    await record_job(database_url, message(), "pending", attempt=1)
    async with Database(database_url, name="test", most_connections=8) as database, AsyncExitStack() as stack:
        lock = WorkLock(database, 20)
        claims = [lock.taken(partial(_claim, job, 3)) for job in jobs]
        claimed = await asyncio.gather(*map(stack.enter_async_context, claims))
        assert Counter(claimed) == {True: 3, False: 5}


async def test_of_a_batch_that_is_alone_nothing_is_put_back(
    rig: Rig, settings: WorkerSettings, web: Web, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, four = SlowSite(web), settings.model_copy(update={"job_slots": 4, "max_pdfs": SHEETS})
    monkeypatch.delattr("services.worker.turns.again")
    async with working(four, rig.reader):
        await rig.submit(*site.sheets("many", SHEETS))
        await tables.until("SELECT count(*)::int FROM batch_jobs", SHEETS)
        for number in range(SHEETS - 4):
            site.hand_out((await site.until_asked(number + 4))[number])
        await site.until_asked(SHEETS)
        site.hand_out_all()
