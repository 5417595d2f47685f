"""A share link's code follows from its batch's id, which is chance: whoever has neither knows nothing of the other."""

from __future__ import annotations

import re
from uuid import UUID

from schema.identity import job_id, result_code
from services.runtime.clock import new_secret_id


def code(batch_id: int) -> str:
    return result_code(job_id(UUID(int=batch_id), 1))


def test_every_bit_of_a_batch_changes_its_codes_and_every_place_of_a_code_has_every_character() -> None:
    batch = new_secret_id().int
    codes = [code(batch), *(code(batch ^ 1 << bit) for bit in range(128))]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[0-9a-z]{12}", one) for one in codes)
    alike = [sum(map(str.__eq__, codes[0], other)) for other in codes[1:]]
    assert max(alike) < 6, "a code that is near another one"
    many = [code(new_secret_id().int) for _ in range(2000)]
    assert {len({one[place] for one in many}) for place in range(12)} == {32}
    assert len(set(many)) == len(many)
