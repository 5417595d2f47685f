from __future__ import annotations

import pytest

from services.runtime.settings import Settings


def test_hosts_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEATSTREAM_ALLOWED_HOSTS", " Sheets.intranet, 127.0.0.1:8080,,")
    assert Settings().allowed_hosts == {"sheets.intranet", "127.0.0.1:8080"}


def test_no_host_is_exempt_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEATSTREAM_ALLOWED_HOSTS", raising=False)
    assert Settings().allowed_hosts == frozenset()
