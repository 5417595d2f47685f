"""Ids that follow from what they name, so that work done twice names the same things."""

from __future__ import annotations

import hashlib
import json
from uuid import UUID

_CODE_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: nothing that reads like something else


def job_id(batch_id: UUID, sequence: int) -> UUID:
    """The job of source number `sequence` (from 1) of a batch: a redelivered submit makes the same jobs."""
    return _named(batch_id, f"job:{sequence}")


def is_derived(message_id: UUID) -> bool:
    """Whether an id is of the version (5) of those that follow from others; a message from outside may have none."""
    return message_id.int & _UUID_MARKS == _UUID_5


def derived_event_id(cause: UUID, event_type: str) -> UUID:
    """The id of an event that the projector adds because of the event `cause`."""
    return _named(cause, event_type)


def pdf_id(checksum: str) -> UUID:
    return _named(NAMESPACE, f"pdf:{checksum}")


def extraction_id(checksum: str, normalized_name: str) -> UUID:
    return _named(NAMESPACE, f"extraction:{checksum}:{normalized_name}")


def result_code(job: UUID) -> str:
    """Twelve characters (60 bits) for a share link; who holds the code learns nothing of the batch."""
    return _code(job.bytes, b"result code")


def swim_id(*facts: object) -> str:
    """Twelve characters for the swim that these facts tell from every other; None is a fact, too."""
    return _code(json.dumps([None if fact is None else str(fact) for fact in facts]).encode(), b"swim")


def partition_of(batch_id: UUID, partitions: int) -> int:
    """The partition of a batch's events: the same on every machine and in every version."""
    return int.from_bytes(hashlib.blake2b(batch_id.bytes, digest_size=8).digest(), "big") % partitions


def _code(named: bytes, kind: bytes) -> str:
    number = int.from_bytes(hashlib.blake2b(named, digest_size=8, person=kind).digest(), "big")
    return "".join(_CODE_ALPHABET[(number >> shift) & 31] for shift in range(0, 60, 5))


NAMESPACE = UUID("6f2f3f0e-5f6c-5a43-9a3e-2d8f0b6d7c11")


def _named(namespace: UUID, name: str) -> UUID:
    """A UUIDv5, as `uuid.uuid5` makes it in twice the time; a replay asks for millions."""
    digest = hashlib.sha1(namespace.bytes + name.encode(), usedforsecurity=False).digest()
    return UUID(int=int.from_bytes(digest[:16], "big") & ~_UUID_MARKS | _UUID_5)


#: Where a UUID has its version and its variant, and what stands there.
_UUID_MARKS = 0xF << 76 | 0x3 << 62
_UUID_5 = 5 << 76 | 2 << 62
