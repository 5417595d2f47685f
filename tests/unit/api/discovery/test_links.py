from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from schema.model import Url
from schema.pdf_kind import PdfKind
from services.api.discovery.candidates import Page, only
from services.api.discovery.links import MOST_LINKS, MOST_NODES, read

LINK: TypeAdapter[str] = TypeAdapter(Url)
ADDRESS = "https://meets.example/june/"
BODY = "<p>" + "The meet is held at the pool of the club. " * 20


def found(html: str) -> list[tuple[str, str, str]]:
    """Name, kind and address (below the page's own) of each candidate."""
    return [(each.name, each.kind, each.url.removeprefix(ADDRESS)) for each in read(html, ADDRESS).candidates]


ENGLISH = """
<title>June  Open</title><base href="/june/files/">
<nav><a href="/">Home</a> <a href="/june/">June Open</a></nav>
<h2>Meet documents</h2><ul>
<li><a href="../waiver.pdf">Waiver</a>
<li><a href="//cdn.example/map.pdf">Parking map</a>
<li>Meet information: <a href="info.pdf">PDF</a>
<li><a href="s1.pdf"><b>Heat</b> sheet, session&nbsp;1</a>
<li><a href="s1.pdf#page=2"><img src="pdf.png" alt="PDF"></a>
<li><a href="psych.pdf" title="Psych sheet">Download</a></ul>
<h2>Heat Sheets</h2><a href="s2.pdf">Session 2</a>, <a href="/june/files/./s3.pdf">Session 3</a>
<a href="mailto:meet@meets.example">Ask</a>
"""


def test_a_page_is_read_best_first_and_each_link_once() -> None:
    assert read(ENGLISH, ADDRESS).title == "June Open"
    assert found(ENGLISH) == [
        ("Heat sheet, session 1", "heat_sheet", "files/s1.pdf"),
        ("Session 2", "heat_sheet", "files/s2.pdf"),
        ("Session 3", "heat_sheet", "files/s3.pdf"),
        ("Psych sheet", "psych_sheet", "files/psych.pdf"),
        ("Meet information: PDF", "information", "files/info.pdf"),
        ("Parking map", "map", "https://cdn.example/map.pdf"),
        ("Waiver", "waiver", "waiver.pdf"),
    ]


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        (
            "<a href=a.pdf>Haftungsausschluss</a><a href=b.pdf>Meldeergebnis (Stand 3.5.)</a><a href=c.pdf>Zeitplan",
            ["heat_sheet", "timeline", "waiver"],
        ),
        (
            "<a href=a.pdf>Plan d'accès</a><a href=b.pdf>Résultats</a><a href=c.pdf>Liste de départ</a>",
            ["heat_sheet", "results", "map"],
        ),
        (
            "<a href=a.pdf>Cartel</a><a href=b.pdf>Inscritos</a><a href=c.pdf>Series</a>",
            ["heat_sheet", "psych_sheet", "flyer"],
        ),
        ("<a href=a.pdf>Regolamento</a><a href=b.pdf>Lista di partenza</a>", ["heat_sheet", "information"]),
        ("<a href=a.pdf>Regulamento</a><a href=b.pdf>Balizamento</a>", ["heat_sheet", "information"]),
        ("<a href=a.pdf>Uitslagen</a><a href=b.pdf>Startlijst</a>", ["heat_sheet", "results"]),
        ("<a href=a.pdf>Sonuçlar</a><a href=b.pdf>Seri listesi</a>", ["heat_sheet", "results"]),
    ],
)
def test_pages_are_read_in_their_languages(html: str, wanted: list[str]) -> None:
    assert [kind for _, kind, _ in found(html)] == wanted


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ('<embed src="heats.pdf">', ("heats.pdf", "heat_sheet", "heats.pdf")),
        ('<object data="s1.pdf" type="application/pdf"></object>', ("s1.pdf", "unknown", "s1.pdf")),
        ('<iframe src="/pdfjs/viewer.html?file=/june/heats.pdf">', ("heats.pdf", "heat_sheet", "heats.pdf")),
        ('<map><area href="s1.pdf" alt="Session 1"></map>', ("Session 1", "unknown", "s1.pdf")),
        ('<a href="get?f=s1.pdf">Saturday</a>', ("Saturday", "unknown", "get?f=s1.pdf")),
        ('<a href="get/17">Heat sheet</a>', ("Heat sheet", "heat_sheet", "get/17")),
        ('<a href="get/17">Saturday (PDF)</a>', ("Saturday (PDF)", "unknown", "get/17")),
        ('<a href="get/17" type="application/pdf">Saturday</a>', ("Saturday", "unknown", "get/17")),
        ('<noscript><a href="s1.pdf">Saturday</a></noscript>', ("Saturday", "unknown", "s1.pdf")),
        (
            "<table><tr><td>Heat sheet, Sunday<td><a href=x.pdf>Download</a>",
            ("Heat sheet, Sunday Download", "heat_sheet", "x.pdf"),
        ),
        ('<a href="Startliste_S%C3%BCd.pdf">hier</a>', ("Startliste_Süd.pdf", "heat_sheet", "Startliste_S%C3%BCd.pdf")),
        ('<a href="x.pdf">Стартовый протокол</a>', ("Стартовый протокол", "unknown", "x.pdf")),
        ('<a href="x.pdf">\u202esteeh\u2028 taeH\x07</a>', ("steeh taeH", "unknown", "x.pdf")),
        ("<a href='x.pdf'>Heats<a href='x.pdf'>", ("Heats", "heat_sheet", "x.pdf")),
        ("<A HREF = X.PDF >Heats", ("Heats", "heat_sheet", "X.PDF")),
        ('<base href="javascript:0"><a href="x.pdf">Heats', ("Heats", "heat_sheet", "x.pdf")),
    ],
)
def test_a_link_may_be_written_in_many_ways(html: str, wanted: tuple[str, str, str]) -> None:
    assert found(html) == [wanted]


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<a>Heat sheet</a>",
        '<a href="results.html">Results</a>',
        '<!-- <a href="s1.pdf">Session 1</a> -->',
        '<script>document.write("<a href=s1.pdf>Session 1</a>")</script>',
        '<textarea><a href="s1.pdf">Session 1</a></textarea>',
        '<iframe src="https://video.example/heats">',
    ],
)
def test_what_is_no_link_to_a_pdf_is_not_found(html: str) -> None:
    assert found(html) == []


@pytest.mark.parametrize(
    ("html", "by_script"),
    [
        ('<div id="root"></div><script src="app.js"></script>', True),
        (f"<body><noscript>Please enable JavaScript.</noscript><script></script>{BODY[:400]}", True),
        (f'<div id="app"></div><script></script>{BODY}', True),
        (f"<script></script>{BODY}<a href=\"javascript:get('heats')\">Heat sheet</a>", True),
        (f'{BODY}<a href="#" onclick="get(7)">Session 1 (PDF)</a>', True),
        (f'<script></script>{BODY}<a href="javascript:menu()">Menu</a><a href="#">Up</a>', False),
        (f"<script></script>{BODY}", False),
        ("<p>No heat sheets yet.", False),
        ('<div id="root"></div><script></script><a href="s1.pdf">Session 1</a>', False),
    ],
)
def test_a_page_that_a_script_makes_is_known(html: str, by_script: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert read(html, ADDRESS).by_script is by_script


def test_what_says_more_of_an_address_wins() -> None:
    assert found("<a href=x.pdf>Download</a><a href=x.pdf>Heat sheet</a><a href=x.pdf title=Flyer>x</a>") == [
        ("Heat sheet", "heat_sheet", "x.pdf")
    ]


PIECES = ["<a href=", "x.pdf", "'", '"', ">", "<", "</a>", "Heats", "<base href=", "//[", "http:", "?file=", "%", "\\"]
ODD_PIECES = [
    "#",
    "<iframe src=",
    "<svg>",
    "<template>",
    "<noscript>",
    "<!--",
    "-->",
    "<li>",
    "&#xD800;",
    "&#0;",
    " ",
    "é",
]


@given(st.lists(st.sampled_from(PIECES + ODD_PIECES), max_size=40).map("".join))
def test_no_page_is_too_odd(html: str) -> None:
    for candidate in read(html, ADDRESS).candidates:
        assert LINK.validate_python(candidate.url)
        assert candidate.name


def test_links_beyond_the_most_are_counted() -> None:
    page = read("".join(f"<a href={number}.pdf>Session</a>" for number in range(MOST_LINKS + 7)), ADDRESS)
    assert (len(page.candidates), page.left_out) == (MOST_LINKS, 7)


def test_a_page_of_the_same_again_and_again_is_not_read_to_its_end() -> None:
    page = read("<h2>Heats</h2><a href=a.pdf>Session</a>" * MOST_NODES, ADDRESS)
    assert (len(page.candidates), page.left_out) == (1, MOST_NODES // 2)


def test_deep_nesting_is_no_obstacle() -> None:
    assert found("<b>" * 20_000 + "<a href=s1.pdf>Session 1") == [("Session 1", "unknown", "s1.pdf")]


def test_a_pdf_is_what_is_found_of_itself() -> None:
    page = only("https://short.example/x7", "https://meets.example/june/Heat%20Sheet.pdf?sig=1")
    assert page == Page(candidates=page.candidates)
    (pdf,) = page.candidates
    assert (pdf.url, pdf.name, pdf.kind) == ("https://short.example/x7", "Heat Sheet.pdf", PdfKind.HEAT_SHEET)
