from __future__ import annotations

import gzip
import socket
import tracemalloc
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import httpx2
import pytest

from schema.errors import JobFault
from schema.states import ErrorCode
from services.runtime.clock import now
from services.runtime.web.answers import retry_after_seconds
from services.runtime.web.transport import GuardedTransport, resolve
from services.worker.download import Downloader, DownloadLimits
from tests.integration.web import Web, response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.runtime.web.transport import Resolve

PDF = b"%PDF-1.7\n" + b"lane 4 " * 1000
MOST_BYTES = 100_000


def downloader(web: Web, *extra_hosts: str, resolver: Resolve = resolve, seconds: float = 5) -> Downloader:
    limits = DownloadLimits(MOST_BYTES, connect_seconds=2, read_seconds=seconds, total_seconds=2, most_redirects=3)
    return Downloader(limits, allowed_hosts=frozenset({web.host, *extra_hosts}), resolve=resolver)


async def fault(web: Web, path: str, *, seconds: float = 5) -> JobFault:
    with pytest.raises(JobFault) as failed:
        await downloader(web, seconds=seconds).fetch(web.url(path))
    return failed.value


def answers(**hosts: Sequence[str]) -> Resolve:
    """A resolver that knows these hosts (`_` for a dot), and addresses as themselves."""

    async def look_up(host: str, _: int) -> list[str]:
        return list(hosts.get(host.replace(".", "_"), [host]))

    return look_up


async def test_a_pdf_is_fetched_whole(web: Web) -> None:
    web.pages["/sheet.pdf"] = response(PDF, content_type="application/pdf")
    assert await downloader(web).fetch(web.url("/sheet.pdf")) == PDF
    assert any(line.lower().startswith("user-agent: heatstream") for line in web.requests[0])


async def test_a_pdf_without_a_length_is_fetched_to_its_end(web: Web) -> None:
    web.pages["/"] = b"HTTP/1.0 200 OK\r\n\r\n" + PDF
    assert await downloader(web).fetch(web.url("/")) == PDF


async def test_a_compressed_pdf_is_unpacked(web: Web) -> None:
    web.pages["/"] = response(gzip.compress(PDF), content_encoding="gzip")
    assert await downloader(web).fetch(web.url("/")) == PDF


async def test_junk_before_the_header_is_allowed_within_bounds(web: Web) -> None:
    web.pages["/near"] = response(b"\n" * 1019 + PDF)
    web.pages["/far"] = response(b"\n" * 1024 + PDF)
    assert await downloader(web).fetch(web.url("/near"))
    assert (await fault(web, "/far")).code is ErrorCode.INVALID_PDF


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (response(b"<html>", content_type="text/html; charset=utf-8"), ErrorCode.INVALID_PDF),
        (response(b""), ErrorCode.INVALID_PDF),
        (response(status="204 No Content"), ErrorCode.INVALID_PDF),
        (response(b"not gzip", content_encoding="gzip"), ErrorCode.INVALID_PDF),
        (response(PDF, content_encoding="gzip, gzip"), ErrorCode.INVALID_PDF),
        (response(PDF, content_encoding="br"), ErrorCode.INVALID_PDF),
        (response(gzip.compress(PDF)[:-20], content_encoding="gzip"), ErrorCode.NETWORK_ERROR),
        (response(gzip.compress(b"%PDF-" + b"x" * 10_000_000), content_encoding="gzip"), ErrorCode.TOO_LARGE),
        (response(PDF, length=MOST_BYTES + 1), ErrorCode.TOO_LARGE),
        (response(PDF, length=len(PDF) + 5), ErrorCode.NETWORK_ERROR),
        (b"no HTTP at all\r\n\r\n", ErrorCode.NETWORK_ERROR),
        (b"", ErrorCode.NETWORK_ERROR),
        (response(status="400 Bad Request"), ErrorCode.NOT_FOUND),
        (response(status="401 Unauthorized"), ErrorCode.NOT_FOUND),
        (response(status="403 Forbidden"), ErrorCode.NOT_FOUND),
        (response(status="404 Not Found"), ErrorCode.NOT_FOUND),
        (response(status="410 Gone"), ErrorCode.NOT_FOUND),
        (response(status="304 Not Modified"), ErrorCode.NOT_FOUND),
        (response(status="302 Found"), ErrorCode.NOT_FOUND),
        (response(status="408 Request Timeout"), ErrorCode.TIMEOUT),
        (response(status="504 Gateway Timeout"), ErrorCode.TIMEOUT),
        (response(status="500 Internal Server Error"), ErrorCode.SERVICE_UNAVAILABLE),
        (response(status="503 Service Unavailable"), ErrorCode.SERVICE_UNAVAILABLE),
    ],
)
async def test_every_bad_answer_has_its_code(web: Web, page: bytes, code: ErrorCode) -> None:
    web.pages["/"] = page
    assert (await fault(web, "/")).code is code


async def test_the_limit_counts_the_last_byte(web: Web) -> None:
    whole = PDF.ljust(MOST_BYTES, b"x")
    web.pages["/fits"] = b"HTTP/1.0 200 OK\r\n\r\n" + whole
    web.pages["/over"] = b"HTTP/1.0 200 OK\r\n\r\n" + whole + b"x"
    assert await downloader(web).fetch(web.url("/fits")) == whole
    assert (await fault(web, "/over")).code is ErrorCode.TOO_LARGE


async def test_an_endless_body_is_cut_at_the_limit(web: Web) -> None:
    web.pages["/"] = web.endless
    assert (await fault(web, "/")).code is ErrorCode.TOO_LARGE


async def test_a_body_that_unfolds_to_much_is_never_whole_in_memory(web: Web) -> None:
    bomb = gzip.compress(b"%PDF-" + bytes(60_000_000))
    assert len(bomb) < MOST_BYTES
    web.pages["/"] = response(bomb, content_encoding="gzip")
    tracemalloc.start()
    try:
        assert (await fault(web, "/")).code is ErrorCode.TOO_LARGE
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000


async def test_silence_is_a_timeout(web: Web) -> None:
    web.pages["/"] = web.stuck
    assert (await fault(web, "/", seconds=0.1)).code is ErrorCode.TIMEOUT


async def test_a_body_that_drips_is_a_timeout(web: Web) -> None:
    web.pages["/"] = web.dripping
    assert (await fault(web, "/")).code is ErrorCode.TIMEOUT


async def test_a_closed_port_is_a_network_error(web: Web) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(JobFault) as failed:
            await downloader(web, host).fetch(f"http://{host}/")
    assert failed.value.code is ErrorCode.NETWORK_ERROR


async def test_a_limit_of_the_site_says_when_to_come_back(web: Web) -> None:
    web.pages["/"] = response(status="429 Too Many Requests", retry_after="7")
    slowed = await fault(web, "/")
    assert (slowed.code, slowed.retry_after) == (ErrorCode.RATE_LIMIT, 7)


@pytest.mark.parametrize(("header", "seconds"), [(None, None), ("", None), ("soon", None), ("-3", None), ("120", 120)])
def test_retry_after_in_seconds(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header) == seconds


def test_retry_after_as_a_date() -> None:
    later = retry_after_seconds(format_datetime(now() + timedelta(seconds=30), usegmt=True))
    assert later is not None
    assert 28 < later <= 30
    assert retry_after_seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert retry_after_seconds("Wed, 21 Oct 2015 07:28:00") is None


async def test_a_redirect_is_followed(web: Web) -> None:
    web.pages["/old"] = response(status="301 Moved Permanently", location="/new?x=1")
    web.pages["/new?x=1"] = response(PDF)
    assert await downloader(web).fetch(web.url("/old")) == PDF


async def test_a_redirect_loop_ends(web: Web) -> None:
    web.pages["/"] = response(status="302 Found", location="/")
    assert (await fault(web, "/")).code is ErrorCode.NOT_FOUND
    assert len(web.requests) == 4


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://metadata.test/",
        "http://2130706433/",
        "//127.0.0.1:1/",
        "file:///etc/passwd",
        "ftp://example.com/a.pdf",
        "http://user:secret@example.com/",
        "http://[bad/",
    ],
)
async def test_a_redirect_is_checked_as_the_link_was(web: Web, location: str) -> None:
    web.pages["/"] = response(status="302 Found", location=location)
    resolver = answers(metadata_test=["169.254.169.254"], localhost=["127.0.0.1"])
    with pytest.raises(JobFault) as refused:
        await downloader(web, resolver=resolver).fetch(web.url("/"))
    assert refused.value.code is ErrorCode.BLOCKED_URL
    assert len(web.requests) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
async def test_this_machine_is_not_fetched_from(host: str) -> None:
    with pytest.raises(JobFault) as refused:
        await Downloader(DownloadLimits(MOST_BYTES)).fetch(f"http://{host}/")
    assert refused.value.code is ErrorCode.BLOCKED_URL


async def test_one_private_address_among_public_ones_refuses_the_host() -> None:
    resolver = answers(sheets_test=["8.8.8.8", "10.0.0.1"])
    with pytest.raises(JobFault) as refused:
        await Downloader(DownloadLimits(MOST_BYTES), resolve=resolver).fetch("http://sheets.test/")
    assert refused.value.code is ErrorCode.BLOCKED_URL


async def test_an_exempt_name_is_fetched_under_its_name(web: Web) -> None:
    web.pages["/a.pdf"] = response(PDF)
    host = f"sheets.test:{web.port}"
    loader = downloader(web, host, resolver=answers(sheets_test=["127.0.0.1"]))
    assert await loader.fetch(f"http://{host}/a.pdf") == PDF
    assert f"host: {host}" in [line.lower() for line in web.requests[0]]


async def test_the_next_address_is_tried_when_one_does_not_answer(web: Web) -> None:
    web.pages["/"] = response(PDF)
    host = f"sheets.test:{web.port}"
    loader = downloader(web, host, resolver=answers(sheets_test=["127.0.0.2", "127.0.0.1"]))
    assert await loader.fetch(f"http://{host}/") == PDF


async def test_what_was_checked_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []
    connected: list[httpx2.Request] = []

    async def resolver(host: str, _: int) -> list[str]:
        looked_up.append(host)
        return ["8.8.8.8"] if len(looked_up) == 1 else ["127.0.0.1"]

    def inner(request: httpx2.Request) -> httpx2.Response:
        connected.append(request)
        return httpx2.Response(302, headers={"location": "/again"})

    def guarded(*arguments: object) -> GuardedTransport:
        transport = GuardedTransport(*arguments)  # type: ignore[arg-type]  # passed through
        transport._inner = httpx2.MockTransport(inner)  # type: ignore[assignment]  # the wire, watched
        return transport

    monkeypatch.setattr("services.runtime.web.transport.GuardedTransport", guarded)
    with pytest.raises(JobFault) as refused:
        await Downloader(DownloadLimits(MOST_BYTES), resolve=resolver).fetch("https://sheets.test/a.pdf")
    assert refused.value.code is ErrorCode.BLOCKED_URL
    assert looked_up == ["sheets.test", "sheets.test"]
    (request,) = connected
    assert (request.url.host, request.headers["host"]) == ("8.8.8.8", "sheets.test")
    assert request.extensions["sni_hostname"] == "sheets.test"


async def test_no_cookie_and_no_proxy_of_the_environment_is_used(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    web.pages["/"] = response(PDF, set_cookie="a=b")
    loader = downloader(web)
    assert await loader.fetch(web.url("/")) == await loader.fetch(web.url("/"))
    assert not any(line.lower().startswith("cookie") for line in web.requests[1])
