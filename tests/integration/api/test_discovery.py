"""What is found behind a link, on a real web server that answers well, badly, and not at all."""

from __future__ import annotations

import asyncio
import gzip

import pytest

from schema.discovery import DiscoveryCode
from schema.errors import Rejected
from schema.pdf_kind import PdfKind
from services.api.discovery import heads
from services.api.discovery.discovery import MOST_PAGE_BYTES, Discovery
from services.api.settings import ApiSettings
from tests.integration.api.pages import found, html, opened, refused
from tests.integration.web import Web, response

PDF = b"%PDF-1.7\n" + b"lane 4 " * 1000
SIZED = response(PDF, content_type="application/pdf")


async def test_a_page_gives_its_pdfs_with_names_kinds_and_sizes(web: Web) -> None:
    page = html(
        "<title>June Open</title><a href=waiver.pdf>Waiver</a><a href=s1.pdf>Heat sheet 1</a>"
        f"<a href='//{web.host}/meet/s1.pdf#p2'>again</a><a href=/meet/gone.pdf>Timeline</a>"
    )
    view = await found(web, page, s1=SIZED, waiver=response(b"%PDF-1.4", content_type="application/octet-stream"))
    assert (view.url, view.title, view.warnings) == (web.url("/meet/"), "June Open", ())
    assert [(pdf.url, pdf.name, pdf.kind, pdf.certain, pdf.size_bytes) for pdf in view.pdfs] == [
        (web.url("/meet/s1.pdf"), "Heat sheet 1", PdfKind.HEAT_SHEET, True, len(PDF)),
        (web.url("/meet/gone.pdf"), "Timeline", PdfKind.TIMELINE, True, None),
        (web.url("/meet/waiver.pdf"), "Waiver", PdfKind.WAIVER, True, 8),
    ]
    assert sorted(lines[0].split()[0] for lines in web.requests) == ["GET", "HEAD", "HEAD", "HEAD"]


async def test_links_are_relative_to_where_a_redirect_ends(web: Web) -> None:
    web.pages["/june"] = response(status="301 Moved Permanently", location="/2026/june/index.html")
    web.pages["/2026/june/index.html"] = html("<a href=s1.pdf>Heats</a>")
    view = await opened(web).find(web.url("/june"))
    assert (view.url, view.pdfs[0].url) == (web.url("/2026/june/index.html"), web.url("/2026/june/s1.pdf"))


TELLS_NO_SIZE = [
    response(status="405 Method Not Allowed"),
    response(status="403 Forbidden"),
    response(status="404 Not Found"),
    response(status="500 Internal Server Error"),
    response(status="302 Found", location="/meet/0.pdf"),
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n",
    response(PDF, content_type="application/pdf", content_encoding="gzip"),
    b"no HTTP at all\r\n\r\n",
    b"",
]


async def test_a_site_that_tells_no_size_leaves_it_unknown(web: Web) -> None:
    web.pages |= {f"HEAD /meet/{number}.pdf": head for number, head in enumerate(TELLS_NO_SIZE)}
    view = await found(web, html("".join(f"<a href={number}.pdf>Heats</a>" for number in range(len(TELLS_NO_SIZE)))))
    assert [(pdf.certain, pdf.size_bytes) for pdf in view.pdfs] == [(True, None)] * len(TELLS_NO_SIZE)


async def test_a_site_that_is_silent_about_sizes_is_not_waited_for(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "ALL_SECONDS", 0.5)
    web.pages["HEAD /meet/s2.pdf"] = web.silent
    links = "".join(f"<a href=s{number}.pdf>Session {number}</a>" for number in (1, 2))
    view = await found(web, html(links), s1=SIZED)
    assert [pdf.size_bytes for pdf in view.pdfs] == [len(PDF), None]


async def test_a_link_that_does_not_name_a_pdf_is_asked_about(web: Web) -> None:
    kinds = ["application/pdf", "Application/PDF; qs=0.01", "application/octet-stream", "text/html", "image/png"]
    web.pages |= {f"/{number}": response(PDF, content_type=kind) for number, kind in enumerate(kinds)}
    view = await found(web, html("".join(f"<a href=/{number}>Heat sheet {number}</a>" for number in range(5))))
    assert [(pdf.name, pdf.certain) for pdf in view.pdfs] == [
        ("Heat sheet 0", True),
        ("Heat sheet 1", True),
        ("Heat sheet 2", False),
    ]


async def test_a_link_that_names_a_pdf_and_leads_to_a_login_is_doubted(web: Web) -> None:
    (pdf,) = (await found(web, html("<a href=s1.pdf>Heats</a>"), s1=html("Please log in"))).pdfs
    assert (pdf.certain, pdf.size_bytes) == (False, None)


async def test_a_site_is_asked_of_few_links_at_a_time_and_not_of_all(web: Web) -> None:
    now, most = 0, 0
    enough = asyncio.Event()

    async def slow(writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        now, most = now + 1, max(most, now + 1)
        if now == heads.AT_ONCE:
            enough.set()
        await enough.wait()
        await asyncio.sleep(0)
        now -= 1
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n")

    numbers = range(heads.MOST_ASKED + 5)
    web.pages |= {f"HEAD /meet/{number}.pdf": slow for number in numbers}
    view = await found(web, html("".join(f"<a href={number}.pdf>Heats {number}</a>" for number in numbers)))
    assert [pdf.size_bytes for pdf in view.pdfs] == [7] * heads.MOST_ASKED + [None] * 5
    assert most == heads.AT_ONCE


async def test_a_private_place_is_not_asked_and_not_listed(web: Web) -> None:
    places = ["http://localhost", "http://127.0.0.1:1", "http://169.254.169.254", "http://[::1]", "http://2130706433"]
    links = "".join(f"<a href={place}/{number}.pdf>Heats</a>" for number, place in enumerate(places))
    view = await found(web, html(f"{links}<a href=s1.pdf>Heats</a>"), s1=SIZED)
    assert [pdf.url for pdf in view.pdfs] == [web.url("/meet/s1.pdf")]
    (warning,) = view.warnings
    assert (warning.code, "left out: 5" in warning.message) == (DiscoveryCode.NOT_PUBLIC, True)
    assert [warning.code for warning in (await found(web, html(links))).warnings] == [DiscoveryCode.NOT_PUBLIC]


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (html("<p>The heat sheets come on Thursday."), DiscoveryCode.NONE_FOUND),
        (html(""), DiscoveryCode.NONE_FOUND),
        (html('<body><div id="root"></div><script src="/app.js"></script>'), DiscoveryCode.NEEDS_JAVASCRIPT),
        (html("<a href=\"javascript:get('1')\">Heat sheet</a>"), DiscoveryCode.NEEDS_JAVASCRIPT),
    ],
)
async def test_a_page_without_pdfs_says_why(web: Web, page: bytes, code: DiscoveryCode) -> None:
    view = await found(web, page)
    assert (view.pdfs, [warning.code for warning in view.warnings]) == ((), [code])


@pytest.mark.parametrize(
    "page",
    [
        html("<a href=s1.pdf>Läufe</a>".encode("latin-1"), kind="text/html; charset=iso-8859-1"),
        html("<meta charset=latin1><a href=s1.pdf>Läufe</a>".encode("latin-1"), kind="text/html"),
        html("\ufeff<a href=s1.pdf>Läufe</a>".encode("utf-16-le"), kind="text/html"),
        html("<a href=s1.pdf>Läufe</a>", kind="application/xhtml+xml"),
        b"HTTP/1.0 200 OK\r\n\r\n<!DOCTYPE html><a href=s1.pdf>" + "Läufe</a>".encode(),
        html(gzip.compress("<a href=s1.pdf>Läufe</a>".encode()), content_encoding="gzip"),
    ],
)
async def test_a_page_is_read_however_it_is_sent(web: Web, page: bytes) -> None:
    assert [pdf.name for pdf in (await found(web, page)).pdfs] == ["Läufe"]


@pytest.mark.parametrize("length", [len(PDF), MOST_PAGE_BYTES + 1])
async def test_a_link_that_is_a_pdf_itself_is_what_is_found(web: Web, length: int) -> None:
    web.pages["/x7"] = response(status="302 Found", location="/june/Heat%20Sheet.pdf?sig=1")
    web.pages["/june/Heat%20Sheet.pdf?sig=1"] = response(PDF, length=length, content_type="application/octet-stream")
    view = await opened(web).find(web.url("/x7"))
    assert [pdf.model_dump() for pdf in view.pdfs] == [
        {
            "url": web.url("/x7"),  # where it was sent on to may be good for an hour
            "name": "Heat Sheet.pdf",
            "kind": "heat_sheet",
            "certain": True,
            "size_bytes": length,
        }
    ]
    assert view.warnings == ()


@pytest.mark.parametrize(
    ("page", "slug"),
    [
        (response(b"\x89PNG", content_type="image/png"), "not-a-page"),
        (response(b'{"a": 1}', content_type="application/json"), "not-a-page"),
        (response(b"just words", content_type="text/plain"), "not-a-page"),
        (response(b""), "not-a-page"),
        (html(b"not gzip", content_encoding="gzip"), "not-a-page"),
        (html("<a>", content_encoding="br"), "not-a-page"),
        (html(b"<p>" + b" " * MOST_PAGE_BYTES), "page-too-large"),
        (html(gzip.compress(bytes(300_000_000)), content_encoding="gzip"), "page-too-large"),
        (response(b"<p>", length=10**9, content_type="text/html"), "page-too-large"),
        (html("no", "404 Not Found"), "page-not-found"),
        (html("no", "403 Forbidden"), "page-not-found"),
        (response(status="302 Found", location="/meet/"), "page-not-found"),
        (html("no", "500 Internal Server Error"), "site-unreachable"),
        (html("no", "429 Too Many Requests"), "site-unreachable"),
        (b"", "site-unreachable"),
        (response(b"<a href=s1.pdf>", length=9999, content_type="text/html"), "site-unreachable"),
        (response(status="302 Found", location="http://127.0.0.1/"), "link-blocked"),
        (response(status="302 Found", location="http://169.254.169.254/latest/"), "link-blocked"),
        (response(status="302 Found", location="file:///etc/passwd"), "link-blocked"),
    ],
)
async def test_each_page_that_cannot_be_had_is_refused_by_name(web: Web, page: bytes, slug: str) -> None:
    assert await refused(web, page) == slug


async def test_an_endless_page_is_cut_at_the_limit(web: Web) -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<html>")
        while True:
            writer.write(b"<p>" * 20_000)
            await writer.drain()

    assert await refused(web, endless) == "page-too-large"


async def test_a_silent_site_is_unreachable(web: Web) -> None:
    assert await refused(web, web.silent, download_read_seconds=0.2) == "site-unreachable"


async def test_this_machine_is_not_looked_at(web: Web) -> None:
    with pytest.raises(Rejected) as no:
        await Discovery(ApiSettings()).find(web.url("/meet/"))
    assert (no.value.slug, web.requests) == ("link-blocked", [])
