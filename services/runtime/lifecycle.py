from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import uvloop

if TYPE_CHECKING:
    from collections.abc import Coroutine


async def stop_signal() -> None:
    """Return on the first SIGTERM or SIGINT; the second one falls to the default handler and kills."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    try:
        await asked.wait()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def run(service: Coroutine[None, None, None]) -> None:
    """Run a service to its end on uvloop."""
    uvloop.run(service)
