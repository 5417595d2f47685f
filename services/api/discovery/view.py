"""From a page's candidates, and what their sites say of them, to the answer. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.discovery import DiscoveredPdf, DiscoveredView, DiscoveryCode, DiscoveryWarning
from services.api.discovery.heads import Head

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.api.discovery.candidates import Page

_NOT_ASKED = Head()
_BY_SCRIPT = (
    "a script makes links of this page, and none is run here; open it in a browser, and copy the links of the PDFs that"
    " are missing"
)
_NONE = (
    "no PDF is linked from this page; heat sheets often come a day or two before a meet, or stand on a page of their"
    " own: give the address of that one"
)


def view(address: str, page: Page, heads: Mapping[str, Head]) -> DiscoveredView:
    """Candidates that are PDFs or may be, in their order, and what a person should know of the rest."""
    found = tuple(_pdfs(page, heads))
    blocked = sum(head.blocked for head in heads.values())
    said = tuple(DiscoveryWarning(code=code, message=text) for code, text in _said(page, len(found), blocked))
    return DiscoveredView(url=address, title=page.title, pdfs=found, warnings=said)


def _pdfs(page: Page, heads: Mapping[str, Head]) -> Iterator[DiscoveredPdf]:
    for candidate in page.candidates:
        head = heads.get(candidate.url, _NOT_ASKED)
        if head.blocked or (head.is_pdf is False and not candidate.sure):
            continue
        yield DiscoveredPdf(
            url=candidate.url,
            name=candidate.name,
            kind=candidate.kind,
            certain=candidate.sure if head.is_pdf is None else head.is_pdf,
            size_bytes=head.size_bytes,
        )


def _said(page: Page, found: int, blocked: int) -> Iterator[tuple[DiscoveryCode, str]]:
    if page.by_script:
        yield DiscoveryCode.NEEDS_JAVASCRIPT, _BY_SCRIPT
    elif not found and not blocked:
        yield DiscoveryCode.NONE_FOUND, _NONE
    if blocked:
        yield (
            DiscoveryCode.NOT_PUBLIC,
            f"left out: {blocked} whose address is not on the public internet; hand those in as files",
        )
    if page.left_out:
        yield (
            DiscoveryCode.LEFT_OUT,
            f"left out: {page.left_out} links beyond the first {len(page.candidates)} of the page",
        )
