from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from schema.errors import Rejected
from services.api import pace
from services.api.pace import Pace
from services.api.settings import ApiSettings
from services.runtime.connections import WHOLE

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send


async def read(
    chunks: list[tuple[float, int]],
    method: str = "POST",
    extensions: tuple[str, ...] = (),
    **settings: Any,  # noqa: ANN401 - of any kind
) -> tuple[int, int]:
    """How many messages and bytes an application gets of a body whose chunks come after these seconds.

    What was never asked for stays in `chunks`.
    """
    left = chunks
    got = [0, 0]

    async def receive() -> Message:
        seconds, size = left.pop(0) if left else (0, 0)
        await asyncio.sleep(seconds)
        return {"type": "http.request", "body": b"x" * size, "more_body": bool(left)}

    async def app(_: Scope, receive: Receive, __: Send) -> None:
        more = True
        while more:
            message = await receive()
            got[0], got[1], more = got[0] + 1, got[1] + len(message["body"]), message["more_body"]

    async def send(_: Message) -> None:
        """Nothing is answered."""

    scope = {"type": "http", "method": method, "extensions": {name: {} for name in extensions}}
    await Pace(app, ApiSettings.model_validate(settings))(scope, receive, send)
    return got[0], got[1]


async def test_a_body_at_its_pace_is_read_whole() -> None:
    assert await read([(0, 10), (0.01, 20), (0, 5)], body_silence_seconds=10) == (3, 35)


async def test_a_silence_ends_it() -> None:
    with pytest.raises(Rejected, match="the line is too slow") as refused:
        await read([(0, 10), (30, 20)], body_silence_seconds=0.05)
    assert refused.value.slug == "too-slow"


async def test_a_trickle_ends_it_once_it_had_time_to_find_its_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    trickle = [(0.02, 1)] * 500
    monkeypatch.setattr(pace, "GRACE_SECONDS", 0.1)
    with pytest.raises(Rejected):
        await read(trickle, body_bytes_a_second=1000)
    assert len(trickle) > 400, "it was not waited to the end"
    assert await read(trickle[:3], body_bytes_a_second=1000) == (3, 3)
    assert await read([*trickle[:3], (0.1, 10_000), (0.01, 1)], body_bytes_a_second=1000) == (5, 10_004)
    assert await read(trickle[:20], body_bytes_a_second=0) == (20, 20)


async def test_it_has_an_end() -> None:
    with pytest.raises(Rejected):
        await read([(0.02, 10_000)] * 500, body_minutes=0.1 / 60)


async def test_what_has_no_body_is_not_looked_at() -> None:
    assert await read([(0.1, 0)], method="GET", body_silence_seconds=0.01) == (1, 0)


async def test_what_the_server_has_to_its_end_has_no_clock() -> None:
    assert await read([(0.1, 10)], extensions=(WHOLE,), body_silence_seconds=0.01) == (1, 10)
