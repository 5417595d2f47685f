from __future__ import annotations

from typing import TYPE_CHECKING

from services.cli import checkout
from services.cli.addresses import broker_url

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_broker_is_the_one_that_is_named_or_the_one_that_runs_here_or_the_usual_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkout, "STATE", tmp_path)
    monkeypatch.delenv("HEATSTREAM_AMQP_URL", raising=False)
    assert broker_url(None) == "amqp://guest:guest@127.0.0.1:5672/"
    (tmp_path / "amqp-url").write_text("amqp://running/")
    assert broker_url(None) == "amqp://running/"
    assert broker_url("amqp://named/") == "amqp://named/"
