from __future__ import annotations

import re

from services.api.paths import LONGEST_WAIT_SECONDS
from services.api.settings import ApiSettings
from tests.integration.api.proxies import CADDYFILE, TEMPLATE, usual


def test_nginx_has_a_usual_value_for_each_setting_and_no_other() -> None:
    assert set(re.findall(r"\$\{(\w+)\}", TEMPLATE.read_text())) == usual().keys()


def test_caddy_s_usual_values_are_those_of_nginx() -> None:
    found = dict(re.findall(r"\{\$(\w+):([^}]+)\}", CADDYFILE.read_text()))
    assert {name: value for name, value in found.items() if name in usual()} == {
        name: value for name, value in usual().items() if name not in ("PROXY_TLS", "PROXY_LOGS")
    }


def test_a_stream_may_miss_beats_before_it_is_cut() -> None:
    assert int(usual()["PROXY_SILENCE_SECONDS"]) >= 4 * ApiSettings.model_fields["beat_seconds"].default
    assert int(usual()["PROXY_SILENCE_SECONDS"]) >= 2 * LONGEST_WAIT_SECONDS
