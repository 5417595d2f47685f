from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from schema.admission import MAIL_OFF
from schema.commands import SubmitBatch, UrlSource
from schema.errors import Rejected
from schema.model import GivenEmail
from schema.plain import CONTROLS, plain, plain_link
from schema.requests import MOST_SWIMMERS
from services.api.folding import fold_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from schema.commands import Source

LONGEST_NAME = 255
_EMAIL: TypeAdapter[str] = TypeAdapter(GivenEmail)


@dataclass(slots=True)
class Submission:
    """What a person asks for, gathered field by field in the order it came; every refusal is a Rejected."""

    max_pdfs: int
    mails: bool
    swimmers: list[str] = field(default_factory=list)
    email: str | None = None
    sources: list[Source] = field(default_factory=list)

    def take_swimmer(self, name: str) -> None:
        if len(self.swimmers) == MOST_SWIMMERS:
            raise Rejected(
                "too-many-swimmers",
                f"a request takes {MOST_SWIMMERS} swimmers; send the others in another one",
                (("swimmer", f"number {MOST_SWIMMERS + 1} is one too many"),),
            )
        self.swimmers.append(swimmer_name(name))

    def take_email(self, address: str) -> None:
        if not address.strip():
            return
        try:
            self.email = _EMAIL.validate_python(address.strip())
        except ValidationError:
            raise Rejected(
                "bad-email",
                "the address for the mail must look like name@example.org; mend it or leave it out",
                (("notification_email", "is no mail address"),),
            ) from None
        if not self.mails:
            raise Rejected(
                "mail-off",
                f"the address {MAIL_OFF.message}; leave it out",
                (("notification_email", MAIL_OFF.message),),
            )

    def take_links(self, links: list[str]) -> None:
        """Links, one an element or one a line; blank ones are skipped."""
        # Not splitlines(), which knows more ends of a line than people type, some of which may stand in a link.
        for link in (line.strip() for text in links for line in re.split(r"[\r\n]", text)):
            if link:
                self.take_source(url_source(link, len(self.sources) + 1))

    def take_source(self, source: Source) -> None:
        self.need_room()
        self.sources.append(source)

    def need_room(self) -> None:
        if len(self.sources) == self.max_pdfs:
            raise Rejected("too-many-files", f"a batch takes {self.max_pdfs} PDFs; send the others as another batch")

    def commands(self, batch_id: Callable[[str], UUID], client_ip: str | None) -> list[SubmitBatch]:
        """A command for each swimmer, once everything has come. Raises Rejected for what is missing."""
        if not self.swimmers:
            raise Rejected(
                "name-missing", "say whose swims to look for in the field `swimmer`", (("swimmer", "is missing"),)
            )
        if not self.sources:
            raise Rejected("empty-batch", "send PDF files in the field `pdfs`, or links to PDFs in the field `urls`")
        if len(self.swimmers) > 1:
            self._need_different_swimmers()
        return [
            SubmitBatch(
                batch_id=batch_id(swimmer),
                swimmer_name=swimmer,
                sources=tuple(self.sources),
                client_ip=client_ip,
                notification_email=self.email,
            )
            for swimmer in self.swimmers
        ]

    def _need_different_swimmers(self) -> None:
        keys = [fold_name(name) for name in self.swimmers]
        firsts = {key: self.swimmers[keys.index(key)] for key in keys}
        again = [
            (name, firsts[key])
            for place, (name, key) in enumerate(zip(self.swimmers, keys, strict=True))
            if key in keys[:place]
        ]
        if again:
            raise Rejected(
                "swimmer-twice",
                "two names are one swimmer's, however they are written; leave one of them out",
                tuple(("swimmer", f"“{name}” is “{first}” again") for name, first in again),
            )


def swimmer_name(given: str) -> str:
    """The name without blanks around it. Raises Rejected for what is no name."""
    name = plain(given.strip()).strip()
    if not name:
        raise Rejected("name-blank", "say whose swims to look for: the name is blank", (("swimmer", "is blank"),))
    if len(name) > LONGEST_NAME:
        raise Rejected(
            "name-too-long",
            f"a name may have {LONGEST_NAME} characters, this one has {len(name)}",
            (("swimmer", "is too long"),),
        )
    if re.search(f"[{CONTROLS}]", given.strip()):
        raise Rejected(
            "name-not-a-line", "a name is one line without control characters", (("swimmer", "is not one line"),)
        )
    return name


def url_source(link: str, number: int) -> UrlSource:
    """A link as a source. Raises Rejected for what no worker could fetch."""
    try:
        host, _ = urlsplit(link).hostname, urlsplit(link).port  # asked for, a port that is none raises
        source = UrlSource(url=plain_link(link))
    except (ValueError, ValidationError):
        host = None
    if not host:
        raise Rejected(
            "bad-url",
            f"source {number} is no link that can be fetched; give whole links, beginning with https:// or http://,"
            " of at most 2048 characters",
            (("urls", f"source {number} cannot be used"),),
        )
    return source
