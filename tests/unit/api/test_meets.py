from __future__ import annotations

import pytest

from schema.extraction import Meet
from services.api.meets import same_meet


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Spring Championships, Division A", "Spring Championships, Division B", False),
        ("Region 4 Championships at Hill Pool", "Region 4 Championships Hill Pool", True),
        ("Région 4, Ch\u00e2mpionnats", "REGION 4 CHAMPIONNATS", True),
        ("Spring Open 2026", "Spring Open", True),
    ],
)
def test_names_of_meets_may_be_shorter_but_not_others(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a column of the table above
    assert same_meet(Meet(meet_name=one), Meet(meet_name=other)) is same
    assert same_meet(Meet(meet_name=other), Meet(meet_name=one)) is same
