from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any, AnyStr

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aiosmtpd.smtp import Envelope, Session

    Answer = str | Callable[["Line"], Awaitable[str]]

TAKEN = "250 2.0.0 taken"
USER, PASSWORD = "heatstream", "sesame"


class Postbox:
    """What a mail server got, and what it is to answer: in turn by command, and `250` when nothing is said."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[tuple[str, Any]] = []
        self.conversations = 0
        self.secured: list[bool] = []
        self.users: list[str | None] = []
        self.answers: dict[str, list[Answer]] = {}

    def will(self, command: str, *answers: Answer) -> None:
        self.answers.setdefault(command, []).extend(answers)

    @property
    def ids(self) -> list[str]:
        return [message["Message-ID"] for _, message in self.mails]

    # aiosmtpd's own names and arguments

    async def handle_MAIL(  # noqa: N802
        self, server: Line, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.conversations += 1
        self.secured.append(session.ssl is not None or server.encrypted)
        self.users.append(None if session.auth_data is None else session.auth_data.login.decode())
        envelope.mail_from, envelope.mail_options = address, options
        return await self._answer("MAIL", server)

    async def handle_RCPT(  # noqa: N802
        self, server: Line, _: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._answer("RCPT", server)

    async def handle_DATA(self, server: Line, _: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        said = await self._answer("DATA", server)
        if said.startswith("250"):
            (to,) = envelope.rcpt_tos
            self.mails.append((to, message_from_bytes(content, policy=default)))
        return said

    async def before_dot(self, line: Line) -> None:
        await self._answer("354", line)

    async def _answer(self, command: str, line: Line) -> str:
        answer: Answer = self.answers[command].pop(0) if self.answers.get(command) else TAKEN
        return answer if isinstance(answer, str) else await answer(line)


class Line(SMTP):
    """One conversation."""

    @property
    def encrypted(self) -> bool:
        return isinstance(self.transport, asyncio.Transport) and bool(self.transport.get_extra_info("sslcontext"))

    def die(self) -> None:
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.abort()

    async def push(self, status: AnyStr) -> None:
        if str(status).startswith("354"):
            await self.event_handler.before_dot(self)
        if self.transport is not None and not self.transport.is_closing():
            await super().push(status)


async def dies(line: Line) -> str:
    line.die()
    return "421 gone"


async def dies_having_taken(line: Line) -> str:
    line.die()
    return TAKEN


@asynccontextmanager
async def listening(
    box: Postbox, *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, login: bool = False
) -> AsyncIterator[Postbox]:
    """A real SMTP server on a free port of 127.0.0.1."""

    def line() -> Line:
        return Line(
            box,
            hostname="postbox.example",
            enable_SMTPUTF8=True,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=_knows if login else None,
            auth_required=login,
            auth_require_tls=login,
        )

    server = await asyncio.get_running_loop().create_server(line, "127.0.0.1", box.port, ssl=tls)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()


def _knows(_server: object, _session: object, _envelope: object, _mechanism: str, data: Any) -> AuthResult:  # noqa: ANN401 - aiosmtpd's
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False, auth_data=data)
