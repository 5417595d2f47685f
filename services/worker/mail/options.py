from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.worker.mail.server import MailServer


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes, and where the gateway is (`https://swims.example`, without a slash at its end)."""

    sender: Address
    public_url: str


@dataclass(frozen=True, slots=True)
class MailOptions:
    """Where and as whom mails are sent; `answer_seconds` is the longest wait for one answer of the server."""

    server: MailServer
    head: Letterhead
    answer_seconds: float = 60
    first_pause_seconds: float = 30


def sender_of(text: str) -> Address:
    """From `name@domain` or `Some Name <name@domain>`. Raises ValueError."""
    name, address = parseaddr(text)
    if address.count("@") != 1 or not address.isascii() or not all(address.split("@")):
        raise ValueError("mail_from is an address, as in `Heatstream <swims@swims.example>`")
    return Address(display_name=name, addr_spec=address)
