from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schema.requests import MOST_SWIMMERS
from services.api.bodies import MOST_TEXT_BYTES
from services.api.buckets import MOST_ADDRESSES
from services.api.discovery.discovery import AT_ONCE, BUSY_SECONDS, MOST_PAGE_BYTES
from services.api.multipart import MOST_HEADER_BYTES, MOST_HEADERS, MOST_PARTS
from services.api.pace import GRACE_SECONDS
from services.api.peers import SUBSCRIBER_BITS
from services.api.problems import CATALOGUE
from services.api.routes.events import LARGEST_PAGE
from services.api.routes.orders import MOST_BODY_BYTES
from services.api.settings import ApiSettings
from services.api.submission import LONGEST_NAME
from services.api.turns import WAIT_SECONDS
from services.api.uploads import LONGEST_FILENAME
from services.runtime.connections import ANSWERED_MORE, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = """\
# Limits

Generated from the code by `make contract`: change `services/api/openapi/limits_page.py`, or the limits themselves.

What a gateway takes, from whom, and what it says beyond. A limit without a setting is fixed. [problems.md](problems.md)
has every answer.

"""
_COUNTED = f"""
## Whose request it is

Of the peer of the connection, and of nobody whom a header names: unless the peer is in `HEATSTREAM_TRUSTED_PROXIES`.
Then the right-most hop of `X-Forwarded-For` counts that is in none of these networks; where it cannot be read, the
peer. IPv6 is counted by the network of a subscriber (/{SUBSCRIBER_BITS}), and the address also stands in the batch, as
`client_ip`, until that is erased. Behind a proxy that is not named all the world is one address: the log says
`forwarded.not_trusted` once.

A bucket holds what a minute brings, and fills evenly. Buckets are each process's own and are in no database: behind
several gateways an address has as many, and a restart fills them. Of the {MOST_ADDRESSES:,} addresses that asked last
a bucket is remembered. The usual numbers let a hall of parents be one address, as a club's Wi-Fi makes it. Answers say
what is left in `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10), and a 429 in
`Retry-After` when enough is there again; the page and our clients wait so long by themselves.
`/health/…` and the page's own files are never counted.

## Slow lines

A phone at the pool may send 3 KB a second: no pace is asked of a body in its first {GRACE_SECONDS} seconds, and then
`HEATSTREAM_BODY_BYTES_A_SECOND` on the average. Only the time counts in which the gateway waits for the phone.
Uploads go through to the blob store as they come; a piece of each PDF is in memory meanwhile, so they take turns, and
no address has more than half of them. A refused request's body is read on for as long as a connection may be idle.
Who never reads an answer is cut without one.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """`setting` is a field of the settings, else `value` is fixed. `slug` is what is answered, if anything."""

    what: str
    setting: str = ""
    value: str = ""
    slug: str = ""


REQUESTS = (
    Row(
        "Sheets that an address hands in, a minute, once for each swimmer", "sheets_a_minute", slug="too-many-requests"
    ),
    Row("Meet pages that it has looked through, a minute", "discoveries_a_minute", slug="too-many-requests"),
    Row("Streams that it opens, a minute", "streams_a_minute", slug="too-many-requests"),
    Row("Anything else that it asks, a minute", "requests_a_minute", slug="too-many-requests"),
    Row("Streams that are open to it", "streams_an_address", slug="too-many-streams"),
    Row("Uploads at a time", "uploads_at_once", slug="uploads-busy"),
    Row("Seconds that an upload waits for its turn", value=f"{WAIT_SECONDS}", slug="uploads-busy"),
    Row("Meet pages looked through at a time", value=f"{AT_ONCE}", slug="discovery-busy"),
    Row("Seconds that one waits for its turn", value=f"{BUSY_SECONDS}", slug="discovery-busy"),
    Row("Connections", "connections_at_once", slug="too-many-connections"),
    Row(
        "Connections of one address that is no trusted proxy",
        value="three quarters of them",
        slug="too-many-connections",
    ),
    Row("Connections beyond, which are cut unheard", value=f"{ANSWERED_MORE}"),
)
SIZES = (
    Row("Address and headers, bytes", value=f"{Limits().head_bytes:,}", slug="head-too-large"),
    Row("PDFs of a batch, links with them", "max_pdfs", slug="too-many-files"),
    Row("Megabytes of a PDF", "max_pdf_mb", slug="pdf-too-large"),
    Row("Megabytes of a form", value="all its PDFs, and 1", slug="body-too-large"),
    Row("Bytes of a form's texts together", value=f"{MOST_TEXT_BYTES:,}", slug="field-too-large"),
    Row("Parts of a form", value=f"{MOST_PARTS:,}", slug="broken-multipart"),
    Row("Headers of a part", value=f"{MOST_HEADERS}", slug="broken-multipart"),
    Row("Bytes of one of them", value=f"{MOST_HEADER_BYTES:,}", slug="broken-multipart"),
    Row("Bytes of a JSON body with sheets", value=f"{MOST_TEXT_BYTES:,}", slug="body-too-large"),
    Row("Bytes of the body of an order", value=f"{MOST_BODY_BYTES:,}", slug="body-too-large"),
    Row("Swimmers of a request", value=f"{MOST_SWIMMERS}", slug="too-many-swimmers"),
    Row("Characters of a name", value=f"{LONGEST_NAME}", slug="name-too-long"),
    Row("Characters of a file's name, which is cut there", value=f"{LONGEST_FILENAME}"),
    Row("Characters of a link", value="2,048", slug="bad-url"),
    Row("Characters of a mail address", value="255", slug="bad-email"),
    Row("Bytes of a meet's page", value=f"{MOST_PAGE_BYTES:,}", slug="page-too-large"),
    Row("Events of a page of the log", value=f"{LARGEST_PAGE:,}", slug="bad-page"),
    Row("Events that a slow stream may owe before it is cut", "stream_buffer"),
)
TIMES = (
    Row("Seconds for the head of a request", "head_seconds", slug="too-slow"),
    Row("Seconds of silence in a body", "body_silence_seconds", slug="too-slow"),
    Row("Least bytes a second of a body", "body_bytes_a_second", slug="too-slow"),
    Row("Minutes of a body", "body_minutes", slug="too-slow"),
    Row("Seconds between two requests of a connection", "idle_seconds"),
    Row("Seconds in which a reader takes nothing", "reader_seconds"),
)


def limits_page() -> str:
    """Markdown: every limit with its setting, its default and its answer."""
    return _HEAD + "\n\n".join(map("\n".join, (_table(REQUESTS), _table(SIZES), _table(TIMES)))) + "\n" + _COUNTED


def _table(rows: tuple[Row, ...]) -> Iterator[str]:
    yield "| limit | usually | setting | beyond |"
    yield "|---|---|---|---|"
    for row in rows:
        usual = f"{ApiSettings.model_fields[row.setting].default:,}" if row.setting else row.value
        setting = f"`HEATSTREAM_{row.setting.upper()}`" if row.setting else ""
        answer = f"{CATALOGUE[row.slug][0]} `{row.slug}`" if row.slug else "cut" if row.setting else ""
        yield f"| {row.what} | {usual} | {setting} | {answer} |"
