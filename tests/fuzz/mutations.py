"""Ways in which a PDF may be damaged, by accident or on purpose. The same chance gives the same damage."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_STREAM = re.compile(rb"<<(?P<head>[^<>]*/Filter[^<>]*)>>\s*stream\r?\n(?P<data>.*?)\s*endstream", re.DOTALL)
_FILTERS = re.compile(rb"/Filter\s*(\[[^\]]*\]|/\w+)")
_LENGTH = re.compile(rb"/Length \d+(?! \d+ R)")
_NUMBER = re.compile(rb"(?<![\d.])\d+(?![\d.])")
_NUMBERS = (b"0", b"-1", b"1", b"255", b"65536", b"2147483647", b"2147483648", b"4294967295", b"99999999999999999999")
_MOST_STEPS = 6


def unpacked(pdf: bytes) -> bytes:
    """The PDF with its streams in the open, so that damage meets what a page says and not only how it is packed."""
    return _STREAM.sub(_opened, pdf)


def mutated(pdf: bytes, other: bytes, random: Random) -> bytes:
    """The PDF after one to six damages; `other` is where foreign parts come from."""
    damaged = bytearray(pdf)
    for _ in range(random.randint(1, _MOST_STEPS)):
        random.choice(_DAMAGES)(damaged, other, random)
    return bytes(damaged)


def _opened(match: re.Match[bytes]) -> bytes:
    head, data = match["head"], match["data"]
    if b"/Length1" in head:  # a font's program, which is large and not ours
        return match[0]
    try:
        if b"ASCII85Decode" in head:
            data = base64.a85decode(data.strip(), adobe=data.rstrip().endswith(b"~>") and data.startswith(b"<~"))
    except ValueError:
        data = base64.a85decode(data.strip().removesuffix(b"~>"))
    try:
        data = zlib.decompress(data) if b"FlateDecode" in head else data
    except (zlib.error, binascii.Error):
        return match[0]
    head = _LENGTH.sub(b"/Length %d" % len(data), _FILTERS.sub(b"", head))
    return b"<<%b>>\nstream\n%b\nendstream" % (head, data)


def _flip_bits(pdf: bytearray, _: bytes, random: Random) -> None:
    for _bit in range(random.choice((1, 4, 32))):
        if pdf:
            pdf[random.randrange(len(pdf))] ^= 1 << random.randrange(8)


def _overwrite(pdf: bytearray, _: bytes, random: Random) -> None:
    at, size = _place(pdf, random), random.choice((1, 16, 256))
    pdf[at : at + size] = random.randbytes(size)


def _cut_the_end(pdf: bytearray, _: bytes, random: Random) -> None:
    del pdf[len(pdf) - random.randint(0, len(pdf)) // random.choice((1, 10, 100)) :]


def _take_out(pdf: bytearray, _: bytes, random: Random) -> None:
    at = _place(pdf, random)
    del pdf[at : at + random.choice((1, 16, 1024))]


def _say_twice(pdf: bytearray, _: bytes, random: Random) -> None:
    at, size = _place(pdf, random), random.choice((1, 16, 1024))
    there = _place(pdf, random)
    pdf[there:there] = pdf[at : at + size] * random.choice((1, 1, 20))


def _splice(pdf: bytearray, other: bytes, random: Random) -> None:
    at, size, start = _place(pdf, random), random.choice((16, 256, 4096)), random.randrange(len(other))
    pdf[at : at + random.choice((0, size))] = other[start : start + size]


def _change_numbers(pdf: bytearray, _: bytes, random: Random) -> None:
    """Of the whole file: offsets, sizes, places on the page, references."""
    _change(pdf, 0, random)


def _change_the_table(pdf: bytearray, _: bytes, random: Random) -> None:
    """Of the cross-reference table and the trailer, where the file says where all else is."""
    _change(pdf, max(pdf.rfind(b"xref\n0"), 0), random)


def _change(pdf: bytearray, start: int, random: Random) -> None:
    for _number in range(random.choice((1, 3))):
        if match := _NUMBER.search(pdf, random.randint(start, max(start, len(pdf)))):
            near = str(max(int(match[0][:18]) + random.choice((-1, 1)), 0)).encode()
            pdf[match.start() : match.end()] = random.choice((*_NUMBERS, near))


def _place(pdf: bytearray, random: Random) -> int:
    return random.randint(0, len(pdf))


_DAMAGES: tuple[Callable[[bytearray, bytes, Random], None], ...] = (
    _flip_bits,
    _overwrite,
    _cut_the_end,
    _take_out,
    _say_twice,
    _splice,
    _change_numbers,
    _change_the_table,
)
