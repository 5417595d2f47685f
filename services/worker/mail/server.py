from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

Encryption = Literal["tls", "starttls", "where_offered", "none"]
_STARTTLS: dict[str, Encryption] = {"always": "starttls", "auto": "where_offered", "never": "none"}
_PORTS: dict[Encryption, int] = {"tls": 465, "starttls": 587, "where_offered": 25, "none": 25}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in.

    `where_offered` is for a relay next door: it encrypts to whoever answers, because it would speak plainly as well.
    `tls` and `starttls` want a certificate that is valid for `host`.
    """

    host: str
    port: int
    encryption: Encryption
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, url: str) -> Self:
        """From `smtp://[user:password@]host[:port][?starttls=always|auto|never]`, or `smtps://…` for TLS at once.

        STARTTLS is `always` where there is a password and `auto` elsewhere. Raises ValueError, without the URL in it.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:  # its sentence may hold a piece of the password
            raise ValueError(
                "smtp_url is no URL; a password's /, @, : and # are written as %2F, %40, %3A and %23"
            ) from None
        asked = parse_qs(parts.query, keep_blank_values=True)
        starttls = asked.pop("starttls", ["always" if parts.username else "auto"])[-1]
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or asked:
            raise ValueError(
                "smtp_url is smtp://[user:password@]host[:port][?starttls=always|auto|never], or smtps://…"
            )
        if starttls not in _STARTTLS:
            raise ValueError("starttls in smtp_url is always, auto or never")
        if bool(parts.username) != bool(parts.password):
            raise ValueError("smtp_url has a user and a password, or neither")
        encryption: Encryption = "tls" if parts.scheme == "smtps" else _STARTTLS[starttls]
        return cls(
            host=parts.hostname,
            port=port or _PORTS[encryption],
            encryption=encryption,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )
