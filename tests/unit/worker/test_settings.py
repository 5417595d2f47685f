from __future__ import annotations

from typing import TYPE_CHECKING

from services.worker.settings import WorkerSettings

if TYPE_CHECKING:
    import pytest


def test_hosts_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEATSTREAM_ALLOWED_HOSTS", " Sheets.intranet, 127.0.0.1:8080,,")
    assert WorkerSettings().allowed_hosts == {"sheets.intranet", "127.0.0.1:8080"}


def test_no_host_is_exempt_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEATSTREAM_ALLOWED_HOSTS", raising=False)
    assert WorkerSettings().allowed_hosts == frozenset()


def test_the_size_of_a_pdf_is_one_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEATSTREAM_MAX_PDF_MB", "3")
    assert WorkerSettings().download_limits.most_bytes == 3_000_000
