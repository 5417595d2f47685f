from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import SMTP, default
from typing import Any
from uuid import UUID

import pytest

from schema.errors import Rejected
from schema.states import BatchStatus, ErrorCode, JobStatus
from services.worker.mail.letter import compose, message_id
from services.worker.mail.options import Letterhead, sender_of

AT = datetime(2026, 7, 18, 9, 30, tzinfo=UTC)
HEAD = Letterhead(sender_of("Heatstream <swims@swims.example>"), "https://swims.example")
BATCH: dict[str, Any] = {
    "id": UUID("019a0000-0000-7000-8000-000000000001"),
    "swimmer_name": "Maya Lindqvist",
    "status": BatchStatus.COMPLETED,
    "total_pdfs": 1,
    "completed_pdfs": 1,
    "completed_at": AT,
    "expires_at": datetime(2026, 8, 17, 18, tzinfo=UTC),
    "notification_email": "parent@home.example",
    "notification_requested_at": AT,
}


def swim(event: int = 12, **more: object) -> dict[str, Any]:
    return {"event_number": str(event), "event_name": "Girls 100 Free", "heat_number": 3, "lane": 4, **more}


def sheet(*swims: dict[str, Any], source: str = "friday.pdf") -> dict[str, Any]:
    return {
        "source": source,
        "status": JobStatus.COMPLETED,
        "error_code": None,
        "error_message": None,
        "meet_name": "Summer Splash",
        "session_date": date(2026, 7, 17),
        "meet_date_start": None,
        "events": list(swims),
    }


def lost(source: str = "sunday.pdf", message: str = "there is no such file", **more: object) -> dict[str, Any]:
    failed = {"status": JobStatus.FAILED, "error_code": ErrorCode.NOT_FOUND, "error_message": message, "events": None}
    return {**sheet(source=source), **failed, **more}


def stopped() -> dict[str, Any]:
    return lost(status=JobStatus.CANCELLED, error_code=None, error_message=None)


def mailed(*sheets: dict[str, Any], **batch: object) -> tuple[Any, str, str]:
    """The message as its reader's program parses it, its text and its HTML."""
    read = sum(sheet["status"] is JobStatus.COMPLETED for sheet in sheets)
    row = {**BATCH, "total_pdfs": len(sheets), "completed_pdfs": read, **batch}
    raw = compose(HEAD, row, sheets, AT).as_bytes(policy=SMTP.clone(cte_type="7bit"))
    message: Any = message_from_bytes(raw, policy=default)
    assert message.defects == []
    text, html = (message.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html"))
    return message, text, html


def test_it_says_swimmer_sheets_swims_and_the_link_in_both_forms() -> None:
    message, text, html = mailed(sheet(swim(heat_count=9, heat_start_time="10:42", heat_start_estimated=True)))

    assert message["Subject"] == "Maya Lindqvist: 1 swim in 1 sheet"
    for form in (text, html):
        assert "Maya Lindqvist" in form
        assert "Sheets read: 1 of 1. Swims found: 1." in form
        assert "2026-07-17, about 10:42, #12 Girls 100 Free, heat 3 of 9, lane 4" in form
        assert f"https://swims.example/b/{BATCH['id']}" in form
        assert f"https://swims.example/api/batches/{BATCH['id']}/calendar.ics" in form
        assert "until 17 August 2026" in form
        assert "failed" not in form


def test_its_headers_are_those_of_a_machines_mail() -> None:
    message, *_ = mailed(sheet(swim()))

    assert message["From"] == "Heatstream <swims@swims.example>"
    assert message["To"] == "parent@home.example"
    assert message["Date"].datetime == AT
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_each_try_has_the_same_id_and_each_other_mail_another() -> None:
    first, *_ = mailed(sheet(swim()))
    again, *_ = mailed(sheet(swim()))
    later = {"notification_requested_at", "completed_at"}
    others = [message_id(HEAD, {**BATCH, name: AT.replace(hour=23)}) for name in later]

    assert first["Message-ID"] == again["Message-ID"]
    assert re.fullmatch(r"<[0-9a-f]{32}@swims\.example>", first["Message-ID"])
    assert len({first["Message-ID"], *others, message_id(HEAD, {**BATCH, "id": UUID(int=1)})}) == 4


@pytest.mark.parametrize(
    ("status", "sheets", "subject"),
    [
        (BatchStatus.COMPLETED, [sheet(swim(1), swim(2)), sheet(swim(3))], "3 swims in 2 sheets"),
        (BatchStatus.COMPLETED, [sheet()], "no swims in 1 sheet"),
        (BatchStatus.PARTIAL, [sheet(swim()), lost(), lost()], "1 swim in 1 of 3 sheets"),
        (BatchStatus.FAILED, [lost(), lost()], "none of 2 sheets read"),
        (BatchStatus.FAILED, [lost()], "the sheet was not read"),
        (BatchStatus.CANCELLED, [sheet(swim()), stopped()], "cancelled, 1 swim in 1 of 2 sheets"),
        (BatchStatus.CANCELLED, [stopped(), stopped()], "cancelled, none of 2 sheets read"),
    ],
)
def test_the_subject_of_each_end(status: BatchStatus, sheets: list[dict[str, Any]], subject: str) -> None:
    assert mailed(*sheets, status=status)[0]["Subject"] == f"Maya Lindqvist: {subject}"


def test_what_failed_is_named_with_its_reason() -> None:
    _, text, html = mailed(
        sheet(swim()), lost(), lost("https://a.example/x/sat%20am.pdf?token=secret"), status="partial"
    )

    for form in (text, html):
        assert "Some of your heat sheets have been read, others failed." in form
        assert "2 sheets failed:" in form
        assert "sunday.pdf: there is no such file (NOT_FOUND)" in form
        assert "sat am.pdf: there is no such file" in form
        assert "secret" not in form


def test_one_failure_is_one_sheet() -> None:
    assert "\n1 sheet failed:\n" in mailed(lost(), status="failed")[1]


def test_a_cancelled_batch_says_what_was_not_read() -> None:
    _, text, _ = mailed(sheet(swim()), stopped(), status="cancelled")
    assert "cancelled" in text
    assert "1 sheet not read, because the batch was cancelled." in text


def test_a_swimmer_who_is_in_no_sheet_is_sent_to_the_near_names() -> None:
    _, text, _ = mailed(sheet())
    assert "near names" in text
    assert "calendar" not in text


def test_a_long_list_ends_in_how_many_more() -> None:
    _, text, html = mailed(sheet(*(swim(number) for number in range(1, 41))))
    for form in (text, html):
        assert "Swims found: 40." in form
        assert "#10 " in form
        assert "#11 " not in form
        assert "and 30 more" in form


def test_a_swim_that_two_sheets_print_is_one() -> None:
    message, text, _ = mailed(sheet(swim()), sheet(swim(), swim(14), source="again.pdf"))
    assert message["Subject"] == "Maya Lindqvist: 2 swims in 2 sheets"
    assert text.count("#12 ") == 1


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85", "\r\n\r\n"])
def test_no_name_becomes_a_header_or_a_line(end: str) -> None:
    evil = f"Maya{end}Bcc: everybody@home.example{end}X: y"
    message, text, html = mailed(
        sheet(swim(event_name=evil)), lost(evil, evil), swimmer_name=evil, status=BatchStatus.PARTIAL
    )
    assert message["Bcc"] is None
    assert message["X"] is None
    assert message["Subject"].startswith("Maya Bcc: everybody@home.example X: y: ")
    for form in (text, html):
        assert not re.search(r"^Bcc:", form, re.MULTILINE)
        assert end not in form.replace("\n", "") or end == "\n"


def test_no_name_turns_the_direction_of_a_line() -> None:
    message, text, html = mailed(sheet(swim()), swimmer_name="Maya\u202efdp.exe\u2066 Lindqvist\u200f")
    for form in (message["Subject"], text, html):
        assert "Mayafdp.exe Lindqvist" in form
        assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", form)


def test_html_is_escaped_and_fetches_nothing() -> None:
    evil = '<img src="https://spy.example/x.png" onerror=alert(1)>&\'"'
    _, text, html = mailed(sheet(swim(event_name=evil)), lost(evil, evil), swimmer_name=evil)

    assert "<img" in text
    tags = set(re.findall(r"<(\w+)", html))
    assert tags == {"html", "head", "meta", "title", "body", "p", "ul", "li", "a"}
    assert set(re.findall(r'(?:href|src)="([^"]*)"', html)) == {
        f"https://swims.example/{page}" for page in (f"b/{BATCH['id']}", f"api/batches/{BATCH['id']}/calendar.ics")
    }
    assert "&lt;img src=&quot;" in html


def test_names_of_any_script_arrive_whole() -> None:
    name = "Þórunn Žofie Ōta 山田花子 מאיה"
    message, text, _ = mailed(sheet(swim()), swimmer_name=name)
    assert message["Subject"] == f"{name}: 1 swim in 1 sheet"
    assert name in text


def test_endless_names_are_cut() -> None:
    message, text, _ = mailed(lost("s" * 5000, "r" * 5000), swimmer_name="n" * 255)
    assert len(message["Subject"]) < 130
    assert max(map(len, text.splitlines())) < 320


@pytest.mark.parametrize("email", ["a,b@home.example", "a<b@home.example", 'a"b@home.example'])
def test_an_odd_address_stays_one_address(email: str) -> None:
    message, *_ = mailed(sheet(swim()), notification_email=email)
    (address,) = message["To"].addresses
    assert (address.username, address.domain) == tuple(email.split("@"))


def test_a_domain_of_other_letters_is_written_as_servers_know_it() -> None:
    message, *_ = mailed(sheet(swim()), notification_email="eltern@schwimmbäder.example")
    assert message["To"] == "eltern@xn--schwimmbder-s8a.example"


@pytest.mark.parametrize("email", ["a@..example", "a@" + "x" * 70 + ".example"])
def test_an_address_of_no_domain_is_refused_without_being_named(email: str) -> None:
    with pytest.raises(Rejected) as refused:
        mailed(sheet(swim()), notification_email=email)
    assert email not in str(refused.value)
