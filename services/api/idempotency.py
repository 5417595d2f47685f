from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import orjson

from schema.errors import Rejected
from services.runtime.clock import new_secret_id

if TYPE_CHECKING:
    from services.api.submission import Submission

#: The UUID version of an id that follows from a key; the others of ours are of version 7.
KEYED_ID_VERSION = 5
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_NAMESPACE = UUID("3d0c9a52-7c1e-5b0f-8f53-0f4b6a1f6d2e")


def key(given: str | None, submission: Submission) -> str | None:
    """What a request comes again under. Several swimmers have one always: some of them may arrive, and others not."""
    return str(new_secret_id()) if given is None and len(submission.swimmers) > 1 else given


def batch_id(key: str | None, swimmer: str, submission: Submission) -> UUID:
    """The id of a swimmer's batch to be: the same one when the same request comes again under its `Idempotency-Key`.

    The id follows from the key and from what is asked, so nobody who guesses a key alone gets somebody's batch.
    Who else is asked for does not matter.
    """
    if key is None:
        return new_secret_id()
    if not _KEY.fullmatch(key):
        raise Rejected("bad-idempotency-key", "an Idempotency-Key has 1 to 255 visible ASCII characters, best a UUID")
    sources = [source.model_dump(mode="json") for source in submission.sources]
    return uuid5(_NAMESPACE, orjson.dumps([key, swimmer, sources, submission.email]).decode())
