from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.discovery.encoding import decoded

HTML = "text/html"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("Läufe".encode(), HTML, "Läufe"),
        ("Läufe".encode("cp1252"), HTML, "Läufe"),
        ("Läufe".encode("latin-1"), 'text/html; Charset="ISO-8859-1"', "Läufe"),
        ("“Läufe” €".encode("cp1252"), "text/html; charset=iso-8859-1", "“Läufe” €"),
        ("Yar\u0131ş".encode("cp1254"), "text/html; charset=iso-8859-9", "Yar\u0131ş"),
        ("<meta charset=windows-1251>Заплывы".encode("cp1251"), HTML, "<meta charset=windows-1251>Заплывы"),
        (
            '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">予選'.encode("cp932"),
            HTML,
            '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">予選',
        ),
        ("<meta charset=gb2312>预赛".encode("gb18030"), HTML, "<meta charset=gb2312>预赛"),
        ("<!-- <meta charset=koi8-r> -->Läufe".encode(), HTML, "<!-- <meta charset=koi8-r> -->Läufe"),
        ("<meta charset=koi8-r>Läufe".encode(), "text/html; charset=utf-8", "<meta charset=koi8-r>Läufe"),
        (codecs.BOM_UTF8 + "Läufe".encode(), "text/html; charset=koi8-r", "Läufe"),
        (codecs.BOM_UTF16_LE + "Läufe".encode("utf-16-le"), HTML, "Läufe"),
        (codecs.BOM_UTF16_BE + "Läufe".encode("utf-16-be"), "text/html; charset=utf-8", "Läufe"),
        ("Läufe".encode(), "text/html; charset=no-such-thing", "Läufe"),
        ("<meta charset=utf-16>Läufe".encode(), HTML, "<meta charset=utf-16>Läufe"),
        (b"+AEE-", "text/html; charset=utf-7", "+AEE-"),
        (b"\\u0041", "text/html; charset=unicode_escape", "\\u0041"),
        (b"a\xff", "text/html; charset=utf-8", "a\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_a_page_is_decoded_by_what_says_how(body: bytes, content_type: str, text: str) -> None:
    assert decoded(body, content_type) == text


@given(st.binary(max_size=200), st.text(max_size=20))
def test_no_page_is_too_odd(body: bytes, charset: str) -> None:
    decoded(body, f"text/html; charset={charset}")
    decoded(b"<meta charset=" + charset.encode() + b">" + body, "")
