from __future__ import annotations

import asyncio
from contextlib import closing
from email.message import EmailMessage
from socket import socket
from typing import TYPE_CHECKING

import pytest

from schema.errors import Rejected, Transient
from services.worker.mail.sending import Sending
from services.worker.mail.server import MailServer
from tests.integration.worker.mail.certificate import self_made
from tests.integration.worker.mail.postbox import PASSWORD, USER, Line, Postbox, dies, dies_having_taken, listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ADDRESS = "parent@home.example"


@pytest.fixture
async def box() -> AsyncIterator[Postbox]:
    async with listening(Postbox()) as box:
        yield box


def letter(to: str = ADDRESS) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "swims@swims.example", to, "Þórunn: 2 swims in 1 sheet"
    message.set_content("a line that is a dot:\n.\nÞórunn\n")
    return message


def sending(box: Postbox, how: str = "smtp://127.0.0.1:{}", seconds: float = 20) -> Sending:
    return Sending(MailServer.of(how.format(box.port)), seconds)


async def test_a_mail_arrives_whole(box: Postbox) -> None:
    await sending(box).send(letter())

    ((to, message),) = box.mails
    assert to == ADDRESS
    assert message["Subject"] == "Þórunn: 2 swims in 1 sheet"
    assert message.get_content().replace("\r\n", "\n") == "a line that is a dot:\n.\nÞórunn\n"


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
async def test_a_refusal_for_good_is_told_without_the_address(box: Postbox, command: str) -> None:
    box.will(command, f"550 5.1.1 <{ADDRESS}>: no such person")
    with pytest.raises(Rejected, match=r"refused the \w+: 550 5\.1\.1$"):
        await sending(box).send(letter())


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("code", ["451 4.7.1", "421", "530 5.7.0"])
async def test_a_refusal_for_now_is_told_without_the_address(box: Postbox, command: str, code: str) -> None:
    box.will(command, f"{code} <{ADDRESS}>: later")
    with pytest.raises(Transient, match=code) as later:
        await sending(box).send(letter())
    assert ADDRESS not in repr(later.value)


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "354", "DATA"])
async def test_a_server_that_dies_in_the_middle_is_tried_again(box: Postbox, command: str) -> None:
    box.will(command, dies)
    with pytest.raises(Transient):
        await sending(box).send(letter())
    await sending(box).send(letter())
    assert len(box.mails) == 1


async def test_a_yes_that_is_lost_counts_as_no(box: Postbox) -> None:
    box.will("DATA", dies_having_taken)
    with pytest.raises(Transient):
        await sending(box).send(letter())
    assert len(box.mails) == 1


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "354", "DATA"])
async def test_a_silent_server_is_not_waited_for_for_ever(box: Postbox, command: str) -> None:
    over = asyncio.Event()

    async def silent(_: Line) -> str:
        await over.wait()
        return "421 at last"

    box.will(command, silent)
    with pytest.raises(Transient, match="too long"):
        await sending(box, seconds=0.3).send(letter())
    over.set()


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    box = Postbox()
    with closing(socket()) as taken:
        taken.bind(("127.0.0.1", 0))  # and not listened on
        box.port = taken.getsockname()[1]
        with pytest.raises(Transient):
            await sending(box).send(letter())


async def test_a_login(tmp_path: Path) -> None:
    _, context = self_made(tmp_path)
    async with listening(Postbox(), starttls=context, login=True) as box:
        await sending(box, f"smtp://{USER}:{PASSWORD}@127.0.0.1:{{}}?starttls=auto").send(letter())
        assert box.users == [USER]
        # A fault of our settings, which will be mended: no reason to give an address up.
        with pytest.raises(Transient, match="535"):
            await sending(box, f"smtp://{USER}:wrong@127.0.0.1:{{}}?starttls=auto").send(letter())
        with pytest.raises(Transient, match="530"):
            await sending(box).send(letter())
        assert len(box.mails) == 1


async def test_a_password_is_not_told_to_a_server_without_encryption(box: Postbox) -> None:
    with pytest.raises(Transient):
        await sending(box, f"smtp://{USER}:{PASSWORD}@127.0.0.1:{{}}").send(letter())
    assert box.conversations == 0


async def test_starttls_is_used_where_it_is_offered(tmp_path: Path) -> None:
    _, context = self_made(tmp_path)
    async with listening(Postbox(), starttls=context) as box:
        await sending(box).send(letter())
        assert box.secured == [True]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_certificate_must_be_known_where_encryption_is_wanted(
    scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, context = self_made(tmp_path)
    how = scheme + "://127.0.0.1:{}" + ("?starttls=always" if scheme == "smtp" else "")
    tls, starttls = (None, context) if scheme == "smtp" else (context, None)
    async with listening(Postbox(), tls=tls, starttls=starttls) as box:
        with pytest.raises(Transient):
            await sending(box, how).send(letter())
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        await sending(box, how).send(letter())
        assert box.secured == [True]


async def test_an_address_of_other_letters_is_sent_as_utf8(box: Postbox) -> None:
    await sending(box).send(letter("þórunn@home.example"))
    assert [to for to, _ in box.mails] == ["þórunn@home.example"]
