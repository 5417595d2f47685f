"""Messages come out of the broker's bytes whole and in order, however these are cut, and all else is handed on."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from services.runtime.deliveries import _HEARTBEAT, _Sifted

if TYPE_CHECKING:
    from collections.abc import Sequence

CONSUMING, OTHER = 3, 4


def frame(kind: int, channel: int, payload: bytes) -> bytes:
    return struct.pack(">BHI", kind, channel, len(payload)) + payload + b"\xce"


def message(channel: int, tag: int, parts: Sequence[bytes]) -> list[bytes]:
    """Method, header and bodies, as the broker sends them to consumer `ctag` by an exchange `e` and a key `0`."""
    size = sum(map(len, parts))
    method = b"\x00\x3c\x00\x3c\x04ctag" + struct.pack(">Q", tag) + b"\x00\x01e\x010"
    header = b"\x00\x3c\x00\x00" + struct.pack(">Q", size) + b"\x10\x00\x02"
    return [frame(1, channel, method), frame(2, channel, header), *(frame(3, channel, part) for part in parts)]


bodies = st.lists(st.binary(min_size=1, max_size=40), max_size=3)
#: Frames that are nobody's message: a method of the same channel, a heartbeat, a message of another channel.
others = st.sampled_from(
    [frame(1, CONSUMING, b"\x00\x3c\x00\x15\x04ctag"), frame(1, 0, b"\x00\x0a\x00\x3c\x00"), _HEARTBEAT]
)
stories = st.lists(st.one_of(bodies, others, bodies.map(tuple)), max_size=8)


@given(stories, st.lists(st.integers(1, 60), min_size=1, max_size=20))
async def test_messages_are_taken_whole_and_the_rest_is_left(
    story: list[list[bytes] | tuple[bytes, ...] | bytes], cuts: list[int]
) -> None:
    taken: list[tuple[int, bytes]] = []
    reader = _Sifted({CONSUMING: lambda tag, body: taken.append((tag, body))})
    sent, expected, kept = b"", [], b""
    for tag, one in enumerate(story, start=1):
        if isinstance(one, list):
            sent += b"".join(message(CONSUMING, tag, one))
            expected.append((tag, b"".join(one)))
        else:
            left = one if isinstance(one, bytes) else b"".join(message(OTHER, tag, one))
            sent, kept = sent + left, kept + left
    at = number = 0
    while at < len(sent):
        step = cuts[number % len(cuts)]
        reader.feed_data(sent[at : at + step])
        at, number = at + step, number + 1

    assert taken == expected
    left = bytes(reader._buffer)  # type: ignore[attr-defined]
    assert left.replace(_HEARTBEAT, b"") == kept.replace(_HEARTBEAT, b"")
    # aiormq hears of each piece in which a message came, or it would take the broker for dead.
    assert left.count(_HEARTBEAT) - kept.count(_HEARTBEAT) >= bool(expected)


async def test_what_is_no_frame_is_left_at_the_end() -> None:
    reader = _Sifted({})
    reader.feed_data(b"AMQP\x00\x00\x09\x01")
    reader.feed_eof()
    assert bytes(reader._buffer) == b"AMQP\x00\x00\x09\x01"  # type: ignore[attr-defined]
