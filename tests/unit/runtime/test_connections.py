from __future__ import annotations

import resource

import pytest

from services.runtime.connections import ANSWERED_MORE, OTHER_FILES, fitting

OTHERS = ANSWERED_MORE + OTHER_FILES


@pytest.mark.parametrize(
    ("soft", "hard", "fit", "asked_for"),
    [
        (1024, resource.RLIM_INFINITY, 10_000, 10_000 + OTHERS),
        (1024, 524_288, 10_000, 10_000 + OTHERS),
        (1024, 4096, 4096 - OTHERS, 4096),
        (65_536, 65_536, 10_000, None),
        (100, 100, 1, None),
    ],
)
def test_as_many_connections_as_the_process_may_have_files(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, fit: int, asked_for: int | None
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, both: asked.append(both[0]))
    assert fitting(10_000) == fit
    assert asked == ([] if asked_for is None else [asked_for])


def test_where_a_system_gives_no_more_files_than_it_told_fewer_connections_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda _: (2000, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert fitting(10_000) == 2000 - OTHERS
