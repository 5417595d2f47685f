from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from services.runtime.settings import Settings
from services.worker.mail.backoff import LONGEST_PAUSE_SECONDS, pauses
from services.worker.mail.options import sender_of
from services.worker.mail.server import MailServer
from services.worker.settings import WorkerSettings


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://relay", MailServer("relay", 25, "where_offered")),
        ("smtp://relay:2525?starttls=never", MailServer("relay", 2525, "none")),
        ("smtp://relay?starttls=always", MailServer("relay", 587, "starttls")),
        ("smtp://me:pass@relay", MailServer("relay", 587, "starttls", "me", "pass")),
        ("smtp://me:pass@relay?starttls=auto", MailServer("relay", 25, "where_offered", "me", "pass")),
        ("smtps://me%40home:p%3A%2Fs@relay", MailServer("relay", 465, "tls", "me@home", "p:/s")),
    ],
)
def test_the_url_says_where_and_how(url: str, server: MailServer) -> None:
    assert MailServer.of(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "http://relay",
        "relay",
        "smtp://",
        "smtp://relay/box",
        "smtp://relay?tls=1",
        "smtp://relay?starttls=yes",
        "smtp://sesame@relay",
        "smtp://me:sesame@relay:port",
        "smtp://me:sesame/x@relay",
    ],
)
def test_an_odd_url_stops_the_worker_and_is_not_shown(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        WorkerSettings(smtp_url=SecretStr(url), mail_from="a@b.example", public_url="https://b.example")
    assert "sesame" not in str(refused.value)


def test_a_password_is_not_shown() -> None:
    assert "sesame" not in repr(MailServer.of("smtp://me:sesame@relay"))


def test_mail_wants_a_sender_and_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    assert WorkerSettings().mail_options is None
    assert not WorkerSettings().mails
    monkeypatch.setenv("HEATSTREAM_SMTP_URL", "smtp://me:sesame@relay")
    assert Settings().mails  # all that the gateway needs to know
    with pytest.raises(ValidationError, match="mail_from") as refused:
        WorkerSettings()
    assert "sesame" not in str(refused.value)
    monkeypatch.setenv("HEATSTREAM_MAIL_FROM", "Heatstream <swims@swims.example>")
    monkeypatch.setenv("HEATSTREAM_PUBLIC_URL", "https://swims.example/")
    options = WorkerSettings().mail_options
    assert options is not None
    assert options.head.public_url == "https://swims.example"
    assert str(options.head.sender) == "Heatstream <swims@swims.example>"


@pytest.mark.parametrize("text", ["nobody", "a@b@c", "@home", "a@"])
def test_a_sender_is_one_address(text: str) -> None:
    with pytest.raises(ValueError, match="mail_from"):
        sender_of(text)


def test_pauses_grow_to_an_hour() -> None:
    waits = [pause for pause, _ in zip(pauses(30), range(12), strict=False)]
    assert 24 <= waits[0] <= 36
    assert waits[2] > waits[0]
    assert LONGEST_PAUSE_SECONDS * 0.8 <= waits[-1] <= LONGEST_PAUSE_SECONDS * 1.2
