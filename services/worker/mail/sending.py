from __future__ import annotations

import re
from contextlib import suppress
from email.policy import SMTP as SMTP_POLICY
from typing import TYPE_CHECKING

import aiosmtplib

from schema.errors import Rejected, Transient

if TYPE_CHECKING:
    from email.message import EmailMessage

    from services.worker.mail.server import MailServer

#: A server that has taken the mail may be this slow in saying good-bye.
GOODBYE_SECONDS = 2.0
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
#: It is we who must log in or encrypt first: a fault of the settings, which will be mended, not of the address.
_NOT_ADMITTED = 530
_FIRST_PERMANENT = 500


class Sending:
    """Hands mails to a server, one conversation each; every answer must come within `seconds`."""

    def __init__(self, server: MailServer, seconds: float) -> None:
        self._server, self._seconds = server, seconds

    async def send(self, message: EmailMessage) -> None:
        """Return once the server has accepted the mail for its one recipient, which is then its to deliver.

        Raises Rejected for a refusal by MAIL, RCPT or DATA that would come again (5xx), and Transient for everything
        else: 4xx, nobody there, a broken or a silent line, a login that is refused. No sentence of either holds what
        the server said, which repeats the address.
        """
        client = self._client()
        try:
            await self._hand_over(client, message)
            # Accepted: whatever else goes wrong does not matter any more.
            with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await client.quit(timeout=GOODBYE_SECONDS)
        finally:
            client.close()

    async def _hand_over(self, client: aiosmtplib.SMTP, message: EmailMessage) -> None:
        sender, recipient = (message[name].addresses[0].addr_spec for name in ("From", "To"))
        international = not (sender.isascii() and recipient.isascii())
        encoding, options = ("utf-8", ["SMTPUTF8"]) if international else ("ascii", [])
        # No server has to take 8bit, so bodies are quoted-printable or base64.
        raw = message.as_bytes(policy=SMTP_POLICY.clone(cte_type="7bit", utf8=international))
        try:
            await client.connect()
            if international:
                await client.ehlo()
                if not client.supports_extension("smtputf8"):
                    raise Rejected("mail-refused", "the mail server takes no address with such letters")
            await client.mail(sender, options=options, encoding=encoding)
            await client.rcpt(recipient, encoding=encoding)
            await client.data(raw)
        except aiosmtplib.SMTPSenderRefused as no:
            raise _refusal("the sender", no) from None
        except aiosmtplib.SMTPRecipientRefused as no:
            raise _refusal("the address", no) from None
        except aiosmtplib.SMTPDataError as no:
            raise _refusal("the mail", no) from None
        except aiosmtplib.SMTPResponseException as no:
            raise Transient(f"the mail server does not let us in: {_code(no)}") from None
        except TimeoutError:
            raise Transient("the mail server took too long to answer") from None
        except (aiosmtplib.SMTPException, OSError) as gone:
            raise Transient(f"the mail server cannot be used: {type(gone).__name__}") from None
        except ValueError:  # aiosmtplib's, for what no command line can carry
            raise Rejected("mail-refused", "the address cannot be written to") from None

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            timeout=self._seconds,
            use_tls=server.encryption == "tls",
            start_tls={"starttls": True, "where_offered": None}.get(server.encryption, False),
            validate_certs=server.encryption != "where_offered",
        )


def _refusal(what: str, no: aiosmtplib.SMTPResponseException) -> Rejected | Transient:
    sentence = f"the mail server refused {what}: {_code(no)}"
    if no.code >= _FIRST_PERMANENT and no.code != _NOT_ADMITTED:
        return Rejected("mail-refused", sentence)
    return Transient(sentence)


def _code(no: aiosmtplib.SMTPResponseException) -> str:
    enhanced = _ENHANCED.match(no.message)
    return f"{no.code} {enhanced[1]}" if enhanced else str(no.code)
