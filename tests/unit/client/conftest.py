from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.client.scripted import Blocking, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.client.gateway import Gateway
    from tests.unit.conftest import ScriptedGateway


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def client(kind: str, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway | Blocking]:
    monkeypatch.setattr("services.client.answers.PAUSE_SECONDS", 0.0)
    with opened(kind, gateway.url) as client:
        yield client
