"""What the gateway answers about a meet page: the PDFs that are linked from it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schema.model import Model, Text, Url
from schema.pdf_kind import PdfKind


class DiscoveryCode(StrEnum):
    NONE_FOUND = "none_found"
    NEEDS_JAVASCRIPT = "needs_javascript"
    NOT_PUBLIC = "not_public"
    LEFT_OUT = "left_out"


class DiscoveredPdf(Model):
    """A link that can be handed in as it is. `kind` is guessed from the words about it.

    `certain` where its address or its site says that it is a PDF; `size_bytes` is None where the site does not tell.
    """

    url: Url
    name: Text
    kind: PdfKind
    certain: bool
    size_bytes: Annotated[int, Field(ge=0)] | None


class DiscoveryWarning(Model):
    """Something about the page that a person should know. `code` is stable, `message` says what to do."""

    code: DiscoveryCode
    message: Text


class DiscoveredView(Model):
    """The PDFs of a page, likely heat sheets first; `url` is the page's own after redirects."""

    url: str
    title: Text
    pdfs: tuple[DiscoveredPdf, ...]
    warnings: tuple[DiscoveryWarning, ...]
