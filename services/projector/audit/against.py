"""The log held against checkpoints that were signed earlier: what was there then is there still, and the same."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID

import orjson
from pydantic import ValidationError

from schema.errors import HeatstreamError
from services.projector.audit.checkpoint import Signed
from services.projector.audit.difference import CHECKPOINT, LOG, Difference
from services.projector.audit.keys import key_id, signed_by
from services.projector.audit.looking import fetch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from services.projector.audit.looking import Looking

    Head = tuple[UUID, int, bytes]

HEADS_A_QUERY = 10_000


class Unreadable(HeatstreamError):
    """A line is no part of a checkpoint; the sentence says which."""


def last_signed(lines: Iterable[bytes]) -> Signed | None:
    """The last checkpoint of a file, to be followed by the next; None of an empty file. Raises Unreadable."""
    last, whole = None, True
    for number, line in enumerate(lines, start=1):
        whole = line.startswith(b"{")
        if whole:
            last = _signed(line, number)
    if not whole:
        raise Unreadable("the last checkpoint was cut short: remove the lines behind the last one that is signed")
    return last


class Against:
    """Holds the log against the lines of checkpoints, which come in their order and need no room."""

    def __init__(self, seen: Looking, key: Ed25519PublicKey) -> None:
        self._seen, self._key = seen, key
        self._told: set[tuple[UUID, int]] = set()
        self._previous: Signed | None = None
        _, self._batches, self._events = fetch(seen, "projector_audit_counts")[0]
        self.checkpoints = self.heads = 0

    def differences(self, lines: Iterable[bytes]) -> Iterator[Difference]:
        """Raises Unreadable for a line that is neither a head nor signed."""
        hashed, count = hashlib.blake2b(digest_size=32), 0
        heads: list[Head] = []
        for number, line in enumerate(lines, start=1):
            if line.startswith(b"{"):
                signed = _signed(line, number)
                yield from self._gone(heads)
                yield from self._signed(signed, count, hashed.hexdigest())
                hashed, heads, count = hashlib.blake2b(digest_size=32), [], 0
                continue
            heads.append(_head(line, number))
            hashed.update(line)
            count += 1
            if len(heads) == HEADS_A_QUERY:
                yield from self._gone(heads)
                heads = []
        yield from self._gone(heads)
        if count:
            yield _wrong("signature", f"{count} heads at its end are not signed: the file was cut or added to")

    def _gone(self, heads: list[Head]) -> Iterator[Difference]:
        if not heads:
            return
        self.heads += len(heads)
        columns = [list(column) for column in zip(*heads, strict=True)]
        for batch_id, event_id, there, last in fetch(self._seen, "projector_audit_heads_gone", *columns):
            if (batch_id, event_id) in self._told:
                continue
            self._told.add((batch_id, event_id))
            if there:
                yield Difference(batch_id, event_id, LOG, "digest", "a checkpoint knew another one: it was rewritten")
            elif last is None:
                yield Difference(batch_id, event_id, LOG, "batch_id", "a checkpoint knew the batch, and it is gone")
            else:
                sentence = f"a checkpoint knew the event, and the log ends at event {last}"
                yield Difference(batch_id, event_id, LOG, "event_id", sentence)

    def _signed(self, signed: Signed, heads: int, heads_digest: str) -> Iterator[Difference]:
        name = f"checkpoint {signed.checkpoint} of {signed.at.isoformat()}"
        if signed.key != key_id(self._key):
            yield _wrong("key", f"{name} is signed with key {signed.key}, and not with {key_id(self._key)}")
        elif not signed_by(self._key, _bytes(signed.signature), signed.said()):
            yield _wrong("signature", f"{name} is not what was signed")
        if (heads, heads_digest) != (signed.heads, signed.heads_digest):
            yield _wrong("heads_digest", f"{name} was signed over other heads than stand before it")
        before = self._previous
        if (signed.checkpoint, signed.previous) != ((before.checkpoint + 1, before.digest()) if before else (1, None)):
            yield _wrong("previous", f"{name} does not follow the one that stands before it: some are missing")
        if self._batches < signed.batches or self._events < signed.events:
            lost = f"{signed.batches - self._batches} batches and {signed.events - self._events} events"
            yield _wrong("events", f"{name} counted {lost} more than are there")
        self._previous = signed
        self.checkpoints += 1


def _wrong(column: str, sentence: str) -> Difference:
    return Difference(None, None, CHECKPOINT, column, sentence)


def _signed(line: bytes, number: int) -> Signed:
    try:
        return Signed.model_validate_json(line)
    except ValidationError as wrong:
        raise Unreadable(f"line {number} is no checkpoint: {wrong.error_count()} of its fields are wrong") from None


def _head(line: bytes, number: int) -> Head:
    try:
        batch_id, event_id, digest = orjson.loads(line)
        return UUID(batch_id), int(event_id), bytes.fromhex(digest)
    except (ValueError, TypeError, AttributeError):
        raise Unreadable(f"line {number} is no head of a chain: `[batch, event, digest]`") from None


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
