"""An API key, `hs_<id>_<secret>`, and what is kept of it."""

from __future__ import annotations

import hashlib
import re
import secrets
from hmac import compare_digest
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field, StringConstraints, field_serializer

from schema.model import Model
from services.runtime.keys.scope import Scope

if TYPE_CHECKING:
    from datetime import datetime

#: In bytes. So much chance needs no slow hash: nobody tries 2^256 secrets, however fast one is tried.
SECRET_BYTES = 32
ID_BYTES = 6
_FORM = re.compile(rf"hs_([0-9a-f]{{{2 * ID_BYTES}}})_[0-9a-f]{{{2 * SECRET_BYTES}}}")


class Key(Model):
    """What is kept of a key: everything but the key. `sha256` is of all its characters."""

    id: Annotated[str, StringConstraints(pattern=rf"^[0-9a-f]{{{2 * ID_BYTES}}}$")]
    name: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    scopes: Annotated[frozenset[Scope], Field(min_length=1)]
    created_at: AwareDatetime
    expires_at: AwareDatetime | None = None

    @field_serializer("scopes")
    def _in_one_order(self, scopes: frozenset[Scope]) -> list[Scope]:
        return [scope for scope in Scope if scope in scopes]

    def expired(self, at: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= at

    def opens(self, given: str) -> bool:
        """Whether `given` is this key, in the same time for every one that is not."""
        return compare_digest(_sha256(given), self.sha256)


def make(name: str, scopes: frozenset[Scope], *, at: datetime, expires_at: datetime | None = None) -> tuple[str, Key]:
    """A new key, to be told once, and what is kept of it. Raises ValidationError for a name that is none."""
    key_id = secrets.token_hex(ID_BYTES)
    told = f"hs_{key_id}_{secrets.token_hex(SECRET_BYTES)}"
    kept = Key(id=key_id, name=name, sha256=_sha256(told), scopes=scopes, created_at=at, expires_at=expires_at)
    return told, kept


def id_of(given: str) -> str | None:
    """The id in a key; None for what has not the form of one."""
    found = _FORM.fullmatch(given)
    return None if found is None else found[1]


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
