from __future__ import annotations

from schema.commands import SubmitBatch, UrlSource
from services.api.taken import unconfirmed
from services.runtime.clock import new_id

COMMAND = SubmitBatch(batch_id=new_id(), swimmer_name="Maya", sources=(UrlSource(url="https://example.org/a.pdf"),))


def test_one_batch_without_a_key_is_looked_at_before_it_is_sent_again() -> None:
    refusal = unconfirmed([COMMAND], [COMMAND], None)
    assert "look at its address" in str(refusal)
    assert refusal.fields == (("swimmer", f"“Maya” may be at /api/batches/{COMMAND.batch_id}"),)
    assert "Idempotency-Key" not in refusal.headers


def test_under_a_key_it_is_sent_again_under_the_same() -> None:
    refusal = unconfirmed([COMMAND], [COMMAND], "family-1")
    assert "`Idempotency-Key: family-1`" in str(refusal)
    assert refusal.headers["Idempotency-Key"] == "family-1"
    assert int(refusal.headers["Retry-After"]) > 0
