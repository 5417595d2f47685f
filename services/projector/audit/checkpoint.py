"""Signed heads over all chains, kept where who writes the log cannot reach them.

A checkpoint is lines of JSON: `[batch, event, digest]` for each chain that grew since the checkpoint before (the first
one has all), and then one line that is signed, over these heads, the counts, and the signed line before it.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

import orjson
import psycopg
from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.projector.audit.keys import key_id
from services.projector.audit.looking import fetch
from services.runtime.queries import query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from services.projector.audit.looking import Looking

#: `recorded_at` is when a transaction began: so long before the last checkpoint, one that it did not see may have.
OVERLAP = timedelta(hours=1)
HEADS_A_FETCH = 10_000


class Signed(BaseModel):
    """The signed line. `batches` and `events` count the whole log, `heads` those that stand before this line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    checkpoint: int
    at: AwareDatetime
    batches: int
    events: int
    heads: int
    heads_digest: str
    previous: str | None
    key: str
    signature: str = ""

    def said(self) -> bytes:
        """The bytes that are signed."""
        return orjson.dumps(self.model_dump(mode="json", exclude={"signature"}), option=orjson.OPT_SORT_KEYS)

    def line(self) -> bytes:
        return orjson.dumps(self.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS) + b"\n"

    def digest(self) -> str:
        """What the checkpoint after it calls `previous`."""
        return hashlib.blake2b(self.said(), digest_size=32).hexdigest()

    def by(self, key: Ed25519PrivateKey) -> Self:
        return self.model_copy(update={"signature": key.sign(self.said()).hex()})


def head_line(batch_id: UUID, event_id: int, digest: bytes) -> bytes:
    return orjson.dumps([str(batch_id), event_id, digest.hex()]) + b"\n"


def checkpoint(seen: Looking, key: Ed25519PrivateKey, previous: Signed | None) -> Iterator[bytes]:
    """The lines of a new checkpoint, the signed one last."""
    since = previous.at - OVERLAP if previous else None
    hashed, heads = hashlib.blake2b(digest_size=32), 0
    with psycopg.RawServerCursor[tuple[Any, ...]](seen, "heads") as cursor:
        cursor.itersize = HEADS_A_FETCH
        for head in cursor.execute(query("projector_audit_heads"), (since,), binary=True):
            line = head_line(*head)
            hashed.update(line)
            heads += 1
            yield line
    at, batches, events = fetch(seen, "projector_audit_counts")[0]
    yield (
        Signed(
            checkpoint=previous.checkpoint + 1 if previous else 1,
            at=at,
            batches=batches,
            events=events,
            heads=heads,
            heads_digest=hashed.hexdigest(),
            previous=previous and previous.digest(),
            key=key_id(key.public_key()),
        )
        .by(key)
        .line()
    )
