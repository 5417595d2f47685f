from __future__ import annotations

import pytest
from pydantic import ValidationError

from services.worker.settings import WorkerSettings


def test_the_size_of_a_pdf_is_one_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEATSTREAM_MAX_PDF_MB", "3")
    assert WorkerSettings().download_limits.most_bytes == 3_000_000


def test_an_ai_wants_a_model_and_none_is_asked_unless_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    assert WorkerSettings().ai_options is None
    monkeypatch.setenv("HEATSTREAM_AI_BASE_URL", "https://ai.example/v1")
    with pytest.raises(ValidationError, match="ai_model"):
        WorkerSettings()
    monkeypatch.setenv("HEATSTREAM_AI_MODEL", "reader")
    monkeypatch.setenv("HEATSTREAM_AI_KEY", "a secret")
    options = WorkerSettings().ai_options
    assert options is not None
    assert (options.model, options.key.get_secret_value()) == ("reader", "a secret")
    assert "a secret" not in repr(WorkerSettings())
