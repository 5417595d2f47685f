"""The links of a page that may be PDFs, and whether script makes the page. It runs in a child process."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from schema.pdf_kind import PdfKind
from services.api.discovery.addresses import absolute, asks_for_pdf, file_name, names_pdf, shown_in_viewer
from services.api.discovery.candidates import Candidate, Page, ranked
from services.api.discovery.kinds import SHEETS, kind_hinted, kind_said, says_nothing
from services.api.discovery.names import best_name, line

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

#: Links beyond these, in the order of the page, are only counted; so many of all kinds are looked at.
MOST_LINKS = 1000
MOST_NODES = 20_000
#: A page with less text than this, and scripts, is an app that has not begun; up to thrice, if it says so itself.
LITTLE_TEXT = 200
_ADDRESS = {"a": "href", "area": "href", "embed": "src", "iframe": "src", "object": "data"}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary", "caption", "legend"})
_WANTED = ",".join([*(f"{tag}[{name}]" for tag, name in _ADDRESS.items()), *sorted(_HEADINGS)])
_ROWS = frozenset({"li", "tr", "dd", "p"})
_APP_ROOTS = "#root,#app,#__next,#__nuxt,app-root,[ng-app],[data-reactroot]"
_SAYS_PDF = re.compile(r"\bpdf\b", re.IGNORECASE)
_SAYS_SCRIPT = re.compile(r"java ?script", re.IGNORECASE)


@dataclass(slots=True)
class Link:
    """What the page says of one address; `sure` where the address itself says PDF."""

    url: str
    sure: bool
    text: str
    title: str = ""
    around: str = ""
    heading: str = ""


def read(html: str, address: str) -> Page:
    """Everything that is looked for in a page that came from `address`."""
    tree = LexborHTMLParser(html)
    has_scripts = tree.css_first("script") is not None
    tree.strip_tags(["script", "style"])
    title = tree.css_first("title")
    page = Page(line(title.text()) if title is not None else "")
    base, heading, links = _base(tree, address), "", dict[str, Link]()
    nodes = tree.css(_WANTED)
    for node in nodes[:MOST_NODES]:
        if node.tag in _HEADINGS:
            heading = _words(node)
        elif (link := _link(node, base, heading)) is None:
            page.by_script = page.by_script or _is_promise_of_script(node)
        elif link.url in links:
            _merge(links[link.url], link)
        elif len(links) < MOST_LINKS:
            links[link.url] = link
        else:
            page.left_out += 1
    page.left_out += sum(node.tag not in _HEADINGS for node in nodes[MOST_NODES:])
    page.candidates = ranked(map(_candidate, links.values()))
    page.by_script = page.by_script or (not links and has_scripts and _is_empty(tree))
    return page


def _link(node: LexborNode, base: str, heading: str) -> Link | None:
    """None for what leads to no PDF as far as can be told."""
    tag = node.tag or ""
    url = absolute(base, _attribute(node, _ADDRESS[tag]))
    if url is None:
        return None
    is_link = tag in ("a", "area")
    url = url if is_link else shown_in_viewer(url) or url
    text, title = _words(node), _title(node)
    sure = names_pdf(url)
    if sure or asks_for_pdf(url) or "pdf" in _attribute(node, "type").lower() or (is_link and _promises(text, title)):
        return Link(url, sure, text, title, _around(node) if says_nothing(text) else "", heading)
    return None


def _candidate(link: Link) -> Candidate:
    return Candidate(link.url, _name(link), _kind(link), link.sure)


def _kind(link: Link) -> PdfKind:
    """By the words nearest to the link that say something; those that stand around many links last."""
    for text in (link.text, link.title, file_name(link.url), link.around):
        if said := kind_said(text):
            return said
    return kind_hinted(link.heading) or PdfKind.UNKNOWN


def _name(link: Link) -> str:
    name, file = best_name(link.text, link.title, link.around), line(file_name(link.url))
    return file if file and says_nothing(name) else name or link.url


def _promises(*texts: str) -> bool:
    """Whether words say that there is a PDF, or a sheet that will be one."""
    return any(_SAYS_PDF.search(text) or kind_said(text) in SHEETS for text in texts)


def _is_promise_of_script(node: LexborNode) -> bool:
    written = _attribute(node, "href").strip().lower()
    scripted = written.startswith("javascript:") or (written[:1] in ("", "#") and "onclick" in node.attributes)
    return scripted and _promises(_words(node), _title(node))


def _merge(first: Link, again: Link) -> None:
    """One entry for an address that stands there twice, with the words that say more."""
    if _weight(again.text) > _weight(first.text):
        first.text, first.heading, first.around = again.text, again.heading, again.around
    first.title = best_name(first.title, again.title)


def _weight(text: str) -> tuple[bool, bool, int]:
    return kind_said(text) is not None, not says_nothing(text), len(text)


def _base(tree: LexborHTMLParser, address: str) -> str:
    node = tree.css_first("base[href]")
    return (absolute(address, _attribute(node, "href")) if node is not None else None) or address


def _attribute(node: LexborNode, name: str) -> str:
    return node.attributes.get(name) or ""


def _words(node: LexborNode) -> str:
    return line(node.text(separator=" "))


def _title(node: LexborNode) -> str:
    """What a link is called beside its text."""
    picture = node.css_first("img[alt]")
    own = (_attribute(node, name) for name in ("aria-label", "title", "alt", "download"))
    return line(best_name(*own, _attribute(picture, "alt") if picture is not None else ""))


def _around(node: LexborNode) -> str:
    """The text of the row, list item or paragraph that the link stands in."""
    above = node.parent
    for _ in range(4):
        if above is None or above.tag in _ROWS:
            break
        above = above.parent
    return _words(above) if above is not None and above.tag in _ROWS else ""


def _is_empty(tree: LexborHTMLParser) -> bool:
    """Whether a script would have to fill the page first."""
    wants_script = any(_SAYS_SCRIPT.search(node.text()) for node in tree.css("noscript"))
    unfilled = any(not node.text().strip() for node in tree.css(_APP_ROOTS))
    tree.strip_tags(["noscript"])
    length = len("".join(tree.body.text().split())) if tree.body is not None else 0
    return unfilled or length < (3 * LITTLE_TEXT if wants_script else LITTLE_TEXT)
