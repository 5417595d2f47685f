"""What a page is found to have: passed from the child that reads it to the gateway. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schema.pdf_kind import PdfKind
from services.api.discovery.addresses import file_name
from services.api.discovery.kinds import kind_said
from services.api.discovery.names import line

if TYPE_CHECKING:
    from collections.abc import Iterable

_RANK = {kind: rank for rank, kind in enumerate(PdfKind)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link that is a PDF, or may be; `sure` where its address says so."""

    url: str
    name: str
    kind: PdfKind
    sure: bool


@dataclass(slots=True)
class Page:
    """Candidates are ranked. `left_out` counts links beyond the most; `by_script`: a script makes more, or all."""

    title: str = ""
    candidates: list[Candidate] = field(default_factory=list)
    left_out: int = 0
    by_script: bool = False


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Likely heat sheets first; among equals what is surely a PDF, then the order of the page."""
    return sorted(candidates, key=lambda candidate: (_RANK[candidate.kind], not candidate.sure))


def only(link: str, address: str) -> Page:
    """A link that is a PDF itself, found at `address` in the end."""
    name = line(file_name(address)) or line(file_name(link)) or link
    return Page(candidates=[Candidate(link, name, kind_said(name) or PdfKind.UNKNOWN, sure=True)])
