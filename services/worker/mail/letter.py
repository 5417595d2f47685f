"""What a mail says. Pure: the same batch, head and time give the same words.

Everything in it that strangers wrote is one clean line; both forms are made of the same blocks, so they cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import blake2b
from html import escape
from typing import TYPE_CHECKING, Any

from schema.errors import Rejected
from schema.states import BatchStatus, JobStatus
from services.worker.mail.clean import clean, sheet_name
from services.worker.mail.swims import lines_of_swims

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from services.worker.mail.options import Letterhead

#: Longer lists end in "and 7 more": the page has them all.
MOST_SWIMS = 10
MOST_FAILED = 20
_LONGEST_NAME = 80
_LONGEST_REASON = 200
_FOOT = (
    "You get this mail because this address was given for these heat sheets. It was used once and is not kept. "
    "Answers are not read."
)


@dataclass(frozen=True, slots=True)
class _Block:
    """A sentence; with a list below it, or the address that it leads to."""

    text: str
    items: tuple[str, ...] = ()
    url: str | None = None


def compose(
    head: Letterhead, batch: Mapping[str, Any], sheets: Sequence[Mapping[str, Any]], at: datetime
) -> EmailMessage:
    """The mail about a batch, from its row of `worker_mail` and those of `worker_mail_sheets`.

    Raises Rejected when the address is none that can be written to.
    """
    swims = lines_of_swims(sheets)
    blocks = _blocks(head, batch, sheets, swims)
    message = EmailMessage()
    message["Subject"] = _subject(batch, len(swims))
    message["From"] = head.sender
    message["To"] = recipient(batch["notification_email"])
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id(head, batch)
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "en"
    message.set_content("\n\n".join(map(_as_text, blocks)) + "\n")
    message.add_alternative(_as_html(message["Subject"], blocks), subtype="html")
    return message


def recipient(email: str) -> Address:
    """The address as headers and servers take it. Raises Rejected, without naming it."""
    local, _, domain = email.rpartition("@")
    try:
        return Address(username=clean(local, 255), domain=domain.encode("idna").decode("ascii"))
    except (ValueError, IndexError):
        raise Rejected("bad-address", "the address cannot be written to") from None


def message_id(head: Letterhead, batch: Mapping[str, Any]) -> str:
    """The same for each try at the same mail: whoever gets it twice can see that it is one."""
    about = (batch["id"], batch["notification_requested_at"], batch["completed_at"])
    digest = blake2b("|".join(map(str, about)).encode(), digest_size=16).hexdigest()
    return f"<{digest}@{head.sender.domain}>"


def _subject(batch: Mapping[str, Any], swims: int) -> str:
    read, total = batch["completed_pdfs"], batch["total_pdfs"]
    sheets = counted(total, "sheet")
    if read == 0:
        news = f"none of {sheets} read" if total > 1 else "the sheet was not read"
    else:
        news = f"{counted(swims, 'swim')} in {sheets if read == total else f'{read} of {sheets}'}"
    if batch["status"] == BatchStatus.CANCELLED:
        news = f"cancelled, {news}"
    return f"{clean(batch['swimmer_name'], _LONGEST_NAME)}: {news}"


def _blocks(
    head: Letterhead, batch: Mapping[str, Any], sheets: Sequence[Mapping[str, Any]], swims: list[str]
) -> list[_Block]:
    name = clean(batch["swimmer_name"], _LONGEST_NAME)
    read, total = batch["completed_pdfs"], batch["total_pdfs"]
    blocks = [
        _Block(f"{_opening(BatchStatus(batch['status']))} Swimmer: {name}."),
        _Block(f"Sheets read: {read} of {total}. Swims found: {len(swims)}."),
    ]
    if swims:
        title = "The swims:" if len(swims) <= MOST_SWIMS else f"The first {MOST_SWIMS} swims:"
        blocks.append(_Block(title, _shortened(swims, MOST_SWIMS)))
    elif read:
        blocks.append(_Block("The name is in none of the sheets that were read; the schedule lists near names."))
    if failed := [_failure(sheet) for sheet in sheets if sheet["status"] == JobStatus.FAILED]:
        blocks.append(_Block(f"{counted(len(failed), 'sheet')} failed:", _shortened(failed, MOST_FAILED)))
    if stopped := sum(sheet["status"] == JobStatus.CANCELLED for sheet in sheets):
        blocks.append(_Block(f"{counted(stopped, 'sheet')} not read, because the batch was cancelled."))
    blocks.append(_Block("The schedule:", url=f"{head.public_url}/b/{batch['id']}"))
    if swims:
        blocks.append(_Block("For your calendar:", url=f"{head.public_url}/api/batches/{batch['id']}/calendar.ics"))
    expires = batch["expires_at"]
    blocks.append(_Block(f"These links work until {expires.day} {expires:%B %Y}."))
    blocks.append(_Block(_FOOT))
    return blocks


def _opening(status: BatchStatus) -> str:
    if status is BatchStatus.CANCELLED:
        return "The search of your heat sheets was cancelled."
    if status is BatchStatus.FAILED:
        return "Your heat sheets could not be read."
    if status is BatchStatus.PARTIAL:
        return "Some of your heat sheets have been read, others failed."
    return "Your heat sheets have been read."


def _failure(sheet: Mapping[str, Any]) -> str:
    reason = clean(sheet["error_message"] or "", _LONGEST_REASON) or "no reason is known"
    code = f" ({sheet['error_code']})" if sheet["error_code"] else ""
    return f"{sheet_name(sheet['source'], _LONGEST_NAME)}: {reason}{code}"


def counted(number: int, noun: str) -> str:
    return f"{'no' if number == 0 else number} {noun}{'' if number == 1 else 's'}"


def _shortened(items: list[str], most: int) -> tuple[str, ...]:
    return tuple(items) if len(items) <= most else (*items[:most], f"and {len(items) - most} more")


def _as_text(block: _Block) -> str:
    listed = "".join(f"\n- {item}" for item in block.items)
    return f"{block.text}{listed}" if block.url is None else f"{block.text} {block.url}"


def _as_html(title: str, blocks: list[_Block]) -> str:
    body = "\n".join(map(_block_as_html, blocks))
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _block_as_html(block: _Block) -> str:
    text = escape(block.text)
    if block.url is not None:
        return f'<p>{text} <a href="{escape(block.url)}">{escape(block.url)}</a></p>'
    if block.items:
        items = "\n".join(f'<li dir="auto">{escape(item)}</li>' for item in block.items)
        return f"<p>{text}</p>\n<ul>\n{items}\n</ul>"
    return f'<p dir="auto">{text}</p>'
