"""Pages that are made to harm who reads them, and more of them than can be read."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from services.api.discovery import discovery, page_reader
from services.api.discovery.page_reader import _CHILD
from services.api.problems import Unavailable
from services.runtime.confinement import environment
from tests.integration.api.forms import until
from tests.integration.api.pages import found, html, opened, refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.integration.web import Web


def children(called: str = _CHILD[-1]) -> Sequence[psutil.Process]:
    return [child for child in psutil.Process().children() if called in child.cmdline()]


async def test_a_page_that_takes_too_long_is_given_up_and_stops_nothing_else(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_reader, "WALL_SECONDS", 1)
    laps = 0

    async def count() -> None:
        nonlocal laps
        while True:
            await asyncio.sleep(0.01)
            laps += 1

    counting = asyncio.create_task(count())
    assert await refused(web, html("<div>" * 1_000_000)) == "page-unreadable"
    counting.cancel()
    assert laps > 20  # of some hundred, had the loop been held
    assert children() == []


async def test_a_page_that_takes_too_much_memory_is_given_up(web: Web) -> None:
    assert await refused(web, html("<table><tr><td>" * 650_000)) == "page-unreadable"
    assert [pdf.name for pdf in (await found(web, html("<a href=s1.pdf>Heats</a>"))).pdfs] == ["Heats"]


async def test_who_leaves_leaves_no_child_behind(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_reader, "_CHILD", ("sleep", "600"))
    web.pages["/meet/"] = html("<a href=s1.pdf>Heats</a>")
    asking = asyncio.create_task(opened(web).find(web.url("/meet/")))
    await until(lambda: bool(children("sleep")))
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert children("sleep") == []


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="what a process may do is told in Linux's /proc")
async def test_the_child_is_confined_before_it_sees_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEATSTREAM_SMTP_URL", "smtp://secret")
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*_CHILD, str(os.getpid()), stdin=pipe, env=environment())
    proc = Path(f"/proc/{child.pid}")
    try:
        await until(lambda: "Seccomp:\t2" in (proc / "status").read_text())
        limits = {line[:26].strip(): line[26:].split()[0] for line in (proc / "limits").read_text().splitlines()}
        assert (limits["Max cpu time"], limits["Max file size"], limits["Max open files"]) == ("4", "0", "32")
        assert int(limits["Max address space"]) < 10**9
        assert b"secret" not in (proc / "environ").read_bytes()
    finally:
        child.kill()
        await child.wait()


async def test_more_pages_at_a_time_than_can_be_looked_through_are_refused_for_now(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "BUSY_SECONDS", 0.05)
    web.pages["/meet/"] = web.silent
    busy = opened(web)
    asking = [asyncio.create_task(busy.find(web.url("/meet/"))) for _ in range(discovery.AT_ONCE)]
    await until(lambda: len(web.requests) == discovery.AT_ONCE)
    with pytest.raises(Unavailable) as no:
        await busy.find(web.url("/meet/"))
    assert no.value.slug == "discovery-busy"
    web.pages["/meet/"] = html("<a href=s1.pdf>Heats</a>")
    for task in asking:
        task.cancel()
    await asyncio.wait(asking)
    assert len((await busy.find(web.url("/meet/"))).pdfs) == 1
