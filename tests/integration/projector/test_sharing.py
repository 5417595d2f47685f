"""Projectors agree over the database on who has which partition: never two at once, and nobody waits for the dead."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg
import pytest

from services.projector.sharing.membership import HOLDERS, Membership
from services.projector.sharing.sharing import Sharing
from services.runtime.database import Database
from tests.integration.line import Line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from asyncpg.connection import Connection

    Stranger = Callable[[str], Awaitable[Connection[asyncpg.Record]]]

PATIENCE_SECONDS = 30
PARTITIONS = 7
ASKED = "SELECT state_change FROM pg_stat_activity WHERE application_name = 'a'"


class Desk:
    """One process that shares: what it works on, and whether it is given time to end that."""

    def __init__(self, office: Office, url: str, name: str, partitions: int, heartbeat_seconds: float) -> None:
        self.name, self._office, self.at_work, self.left = name, office, set[int](), 0
        self.may_leave = asyncio.Event()
        self.may_leave.set()
        self.sharing = Sharing(Membership(url, name, partitions), partitions, heartbeat_seconds, self._work)

    def _work(self, number: int) -> Work:
        return Work(self, number)

    @property
    def partitions(self) -> set[int]:
        told = self.sharing.told()["partitions"]
        assert isinstance(told, list)
        return set(told)


class Work:
    def __init__(self, desk: Desk, number: int) -> None:
        self._desk, self._number = desk, number

    @property
    def up(self) -> bool:
        return self._number in self._desk.at_work

    async def __aenter__(self) -> None:
        self._desk._office.note(self._number, 1)
        self._desk.at_work.add(self._number)

    async def __aexit__(self, *exc: object) -> None:
        await self._desk.may_leave.wait()
        self._desk.at_work.remove(self._number)
        self._desk.left += 1
        self._desk._office.note(self._number, -1)


class Office:
    """Opens desks, and watches that no partition is worked on at two of them."""

    def __init__(self, url: str) -> None:
        self._url, self._at_work = url, dict[int, int]()
        self.twice: list[int] = []

    def note(self, number: int, change: int) -> None:
        self._at_work[number] = self._at_work.get(number, 0) + change
        if self._at_work[number] > 1:
            self.twice.append(number)

    @asynccontextmanager
    async def desk(
        self, name: str, *, url: str = "", partitions: int = PARTITIONS, heartbeat_seconds: float = PATIENCE_SECONDS
    ) -> AsyncIterator[Desk]:
        desk = Desk(self, url or self._url, name, partitions, heartbeat_seconds)
        async with desk.sharing:
            yield desk

    async def until(self, said: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not said():  # noqa: ASYNC110 - other sessions change it
                await asyncio.sleep(0.01)

    async def shared(self, *desks: Desk, partitions: int = PARTITIONS) -> None:
        """Return when these desks have it all, in even shares."""

        def evenly() -> bool:
            shares = [desk.partitions & desk.at_work for desk in desks]
            sizes = [len(share) for share in shares]
            return sorted(number for share in shares for number in share) == list(range(partitions)) and (
                max(sizes) - min(sizes) <= 1
            )

        await self.until(evenly)


@pytest.fixture
def office(database_url: str) -> Office:
    return Office(database_url)


@pytest.fixture
async def stranger(database_url: str) -> AsyncIterator[Stranger]:
    """Opens sessions of a process that is frozen: they say nothing by themselves."""
    async with AsyncExitStack() as stack:

        async def session(name: str) -> Connection[asyncpg.Record]:
            connection = await asyncpg.connect(database_url, server_settings={"application_name": name})
            stack.callback(connection.terminate)
            return connection

        yield session


async def test_shares_are_even_while_projectors_come_and_go_and_never_held_twice(office: Office) -> None:
    async with office.desk("a") as a:
        await office.shared(a)
        async with office.desk("b") as b, office.desk("c") as c:
            await office.shared(a, b, c)
            assert {desk.sharing.told()["projectors"] for desk in (a, b, c)} == {3}
        await office.shared(a)
    assert a.at_work == set()
    assert office.twice == []


async def test_who_is_too_many_stands_by_ready(office: Office) -> None:
    async with office.desk("a", partitions=1) as a:
        await office.shared(a, partitions=1)
        async with office.desk("b", partitions=1) as b:
            await office.until(lambda: b.sharing.shares)
            assert b.sharing.working
            assert b.sharing.told() == {"partitions": [], "of": 1, "projectors": 2}
            assert a.partitions == {0}


async def test_a_partition_is_taken_only_when_its_work_has_ended(office: Office, database_url: str) -> None:
    async with office.desk("a") as a, Database(database_url, name="test") as database:
        await office.shared(a)
        a.may_leave.clear()
        async with office.desk("b") as b:
            await office.until(lambda: b.sharing.shares)
            asked = None
            for _ in range(3):  # it goes on asking while it waits, or it would count as gone
                async with asyncio.timeout(PATIENCE_SECONDS), database.connection() as connection:
                    while asked == (asked := await connection.fetchval(ASKED)):  # noqa: ASYNC110 - as in `until`
                        await asyncio.sleep(0.01)
            assert (a.at_work, b.partitions) == (set(range(PARTITIONS)), set())
            a.may_leave.set()
            await office.shared(a, b)
    assert office.twice == []


async def test_a_projector_whose_session_ends_comes_back_to_a_share(office: Office, database_url: str) -> None:
    async with office.desk("a") as a, office.desk("b") as b:
        await office.shared(a, b)
        await _execute(
            database_url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'a'"
        )
        await office.until(lambda: not a.sharing.shares)
        await office.until(lambda: a.sharing.shares)
        await office.shared(a, b)


async def test_while_the_database_is_away_all_keep_what_they_have_and_have_it_afterwards(
    office: Office, database_url: str
) -> None:
    async with (
        Line(database_url).laid() as line,
        office.desk("a", url=line.url) as a,
        office.desk("b", url=line.url) as b,
    ):
        await office.shared(a, b)
        had, left = (a.partitions, b.partitions), a.left + b.left
        line.cut()
        await office.until(lambda: not (a.sharing.shares or b.sharing.shares))
        assert (a.at_work, b.at_work) == had
        line.mend()
        await office.until(lambda: a.sharing.shares and b.sharing.shares)
        await office.shared(a, b)
        assert (a.partitions, b.partitions) == had
        assert a.left + b.left == left
    assert office.twice == []


async def test_a_stop_does_not_wait_for_a_database_that_is_away(office: Office, database_url: str) -> None:
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        Line(database_url).laid() as line,
        office.desk("a", url=line.url) as a,
    ):
        await office.shared(a)
        line.cut()
    assert a.at_work == set()


async def test_it_starts_without_a_database(office: Office, database_url: str) -> None:
    async with Line(database_url).laid() as line:
        line.cut()
        async with office.desk("a", url=line.url) as a:
            await asyncio.sleep(0)
            assert not a.sharing.shares
            line.mend()
            await office.shared(a)


async def test_a_silent_one_is_evicted_with_all_that_it_was_writing(
    office: Office, stranger: Stranger, database_url: str
) -> None:
    frozen, writing = await stranger("frozen"), await stranger("frozen")
    await frozen.execute("SELECT pg_advisory_lock($1, 3)", HOLDERS)
    await writing.execute("BEGIN; LOCK TABLE batch_events IN ACCESS EXCLUSIVE MODE")
    async with office.desk("a", heartbeat_seconds=1) as a:
        await office.shared(a)
    await _execute(database_url, "LOCK TABLE batch_events IN ACCESS EXCLUSIVE MODE NOWAIT")
    assert office.twice == []


async def test_a_session_of_its_own_that_it_lost_is_not_waited_for(office: Office, stranger: Stranger) -> None:
    await (await stranger("a")).execute("SELECT pg_advisory_lock($1, 3)", HOLDERS)
    async with office.desk("a") as a:
        await office.shared(a)


async def test_who_was_told_of_another_count_takes_nothing_until_the_others_are_gone(office: Office) -> None:
    async with AsyncExitStack() as others:
        a = await others.enter_async_context(office.desk("a", partitions=4))
        await office.shared(a, partitions=4)
        async with office.desk("b", partitions=6) as b:
            await office.until(lambda: b.sharing.told()["projectors"] == 2)
            assert not b.sharing.shares
            assert (a.partitions, b.partitions) == ({0, 1, 2, 3}, set())
            await others.aclose()
            await office.shared(b, partitions=6)
    assert office.twice == []


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(statement)
    finally:
        await connection.close()
