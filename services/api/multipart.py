"""multipart/form-data as a stream of parts (RFC 7578): no part is held whole, and the reader sets the pace."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from schema.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MEDIA_TYPE = "multipart/form-data"
MOST_PARTS = 1000
MOST_HEADERS = 8
MOST_HEADER_BYTES = 4096
_AGAIN = "send multipart/form-data as a browser or `curl -F` does"


@dataclass(frozen=True, slots=True)
class Part:
    """One field of the form. `chunks` must be read to its end before the next part is asked for."""

    name: str
    filename: str | None
    chunks: AsyncIterator[bytes]


async def parts(body: AsyncIterator[bytes], content_type: str) -> AsyncIterator[Part]:
    """The parts of a form as they arrive. Raises Rejected where the form is broken, or ends too early."""
    reader = _Reader(body, _boundary(content_type))
    seen = 0
    while (part := await reader.next_part()) is not None:
        seen += 1
        if seen > MOST_PARTS:
            raise Rejected("broken-multipart", f"the form has more than {MOST_PARTS} parts; send fewer")
        yield part


@dataclass(slots=True)
class _Begin:
    name: str
    filename: str | None


class _End:
    """The end of a part."""


class _Reader:
    """Turns the parser's callbacks into things that can be waited for."""

    def __init__(self, body: AsyncIterator[bytes], boundary: bytes) -> None:
        self._body = body
        self._said: deque[_Begin | _End | bytes] = deque()
        self._over = False
        self._field, self._value = b"", b""
        self._headers: dict[bytes, bytes] = {}
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._headers.clear,
                    "on_part_data": self._on_part_data,
                    "on_part_end": lambda: self._said.append(_End()),
                    "on_header_begin": self._on_header_begin,
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_end": self._on_end,
                },
                max_header_count=MOST_HEADERS,
                max_header_size=MOST_HEADER_BYTES,
            )
        except FormParserError as wrong:
            raise Rejected("broken-multipart", f"the boundary cannot be used ({wrong}); {_AGAIN}") from None

    async def next_part(self) -> Part | None:
        match await self._next():
            case _Begin() as begun:
                return Part(begun.name, begun.filename, self._chunks())
            case None:
                return None
            case _:
                raise RuntimeError("the part before was not read to its end")

    async def _chunks(self) -> AsyncIterator[bytes]:
        while isinstance(said := await self._next(), bytes):
            yield said

    async def _next(self) -> _Begin | _End | bytes | None:
        """The next thing that the parser said; None after the closing boundary."""
        while not self._said:
            chunk = await anext(self._body, None)
            if chunk is None:
                if self._over:
                    return None
                raise Rejected("broken-multipart", f"the form ends before its closing boundary; {_AGAIN}")
            try:
                self._parser.write(chunk)
            except FormParserError as wrong:
                raise Rejected("broken-multipart", f"the form cannot be read ({wrong}); {_AGAIN}") from None
        return self._said.popleft()

    def _on_header_begin(self) -> None:
        self._field, self._value = b"", b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._field.lower()] = self._value

    def _on_headers_finished(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"name")
        if kind != b"form-data" or not name:
            raise Rejected("broken-multipart", f"a part has no name in its Content-Disposition; {_AGAIN}")
        filename = options.get(b"filename")
        self._said.append(_Begin(_text(name), None if filename is None else _text(filename)))

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._said.append(data[start:end])

    def _on_end(self) -> None:
        self._over = True


def _boundary(content_type: str) -> bytes:
    boundary = parse_options_header(content_type)[1].get(b"boundary")
    if not boundary:
        raise Rejected("broken-multipart", f"the Content-Type has no boundary; {_AGAIN}")
    return boundary


def _text(header: bytes) -> str:
    """Browsers write names in UTF-8 into a header; what is none becomes a question mark, not an error."""
    return header.decode("utf-8", errors="replace")
