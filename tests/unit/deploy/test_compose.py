from __future__ import annotations

import re

import pytest

from services.api.settings import ApiSettings
from services.cli.app import app
from services.projector.settings import ProjectorSettings
from services.runtime.settings import Settings
from services.worker.settings import WorkerSettings
from tests.unit.deploy.files import CHECKOUT, COMPOSE, DOCKERFILE, OURS, compose, services

SETTINGS: dict[str, type[Settings]] = {
    "api": ApiSettings,
    "worker": WorkerSettings,
    "projector": ProjectorSettings,
    "migrate": Settings,
}
COMMANDS = {command.name for command in app.registered_commands}
MINE = {name: services()[name] for name in OURS}


@pytest.mark.parametrize("name", OURS)
def test_the_command_is_the_services_own_and_exists(name: str) -> None:
    assert MINE[name]["command"] == [name]
    assert name in COMMANDS


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one_that_the_service_reads(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {f"HEATSTREAM_{field}".upper() for field in SETTINGS[name].model_fields}
    given = {variable: _unset(str(value)) for variable, value in MINE[name]["environment"].items()}

    assert given.keys() - known == set()
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    SETTINGS[name]()


@pytest.mark.parametrize("name", OURS)
def test_the_service_has_time_to_drain_before_it_is_killed(name: str) -> None:
    stops = float(MINE[name]["stop_grace_period"].removesuffix("s"))
    told = float(MINE[name]["environment"].get("HEATSTREAM_GRACE_SECONDS", stops))

    assert stops == told
    assert stops > Settings.model_fields["drain_seconds"].default


@pytest.mark.parametrize("name", OURS)
def test_the_container_can_write_nothing_but_its_volumes_and_gains_no_right(name: str) -> None:
    container = MINE[name]

    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in container
    assert "privileged" not in container


@pytest.mark.parametrize("name", ["api", "worker", "projector"])
def test_a_service_starts_on_a_migrated_database_and_says_when_it_is_ready(name: str) -> None:
    container = MINE[name]
    port = container["environment"]["HEATSTREAM_HTTP_PORT" if name == "api" else "HEATSTREAM_HEALTH_PORT"]

    assert container["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert container["depends_on"]["broker"] == {"condition": "service_healthy"}
    assert f"http://127.0.0.1:{port}/health/ready" in container["healthcheck"]["test"][-1]


def test_every_service_logs_in_as_a_user_of_its_own_role() -> None:
    logins = (DOCKERFILE.parent / "logins.sql").read_text()
    migrated = (CHECKOUT / "schema/migrations/0001.roles.sql").read_text()

    for name in ("api", "worker", "projector"):
        granted = re.search(rf"CREATE ROLE {name}_service LOGIN PASSWORD :'(\w+)' IN ROLE heatstream_{name};", logins)
        assert granted
        assert f"\\getenv {granted[1]} {name.upper()}_DB_PASSWORD" in logins
        assert f"CREATE ROLE heatstream_{name} NOLOGIN;" in logins
        assert f"'heatstream_{name}'" in migrated
        url = MINE[name]["environment"]["HEATSTREAM_DATABASE_URL"]
        assert url.startswith(f"postgresql://{name}_service:${{{name.upper()}_DB_PASSWORD:?")
        assert f"{name.upper()}_DB_PASSWORD" in services()["postgres"]["environment"]


def test_every_service_is_told_of_the_same_partitions_and_each_projector_has_some() -> None:
    told = {int(MINE[name]["environment"]["HEATSTREAM_PARTITIONS"]) for name in ("api", "worker", "projector")}

    assert len(told) == 1
    assert 1 < MINE["projector"]["deploy"]["replicas"] <= told.pop()


def test_no_password_has_a_default() -> None:
    passwords = re.findall(r"\$\{(\w+PASSWORD)(:\?)?", COMPOSE.read_text())

    assert {name for name, _ in passwords} == {
        f"{of}_PASSWORD" for of in ("POSTGRES", "API_DB", "WORKER_DB", "PROJECTOR_DB", "RABBITMQ")
    }
    assert [name for name, refused in passwords if not refused] == []


def test_blobs_are_where_the_settings_look_and_both_who_need_them_share_them() -> None:
    folder = Settings.model_fields["blob_url"].default.removeprefix("file://")

    assert MINE["api"]["volumes"] == MINE["worker"]["volumes"] == [f"blobs:{folder}"]
    assert f"install -d -o heatstream -g heatstream {folder}" in DOCKERFILE.read_text()


def test_only_the_gateway_is_reached_from_outside_and_only_from_this_machine() -> None:
    published = {name: container["ports"] for name, container in services().items() if "ports" in container}

    assert list(published) == ["api"]
    assert all(port.startswith("127.0.0.1:") for port in published["api"])
    assert compose()["networks"]["inside"] == {"internal": True}
    assert {name for name, container in services().items() if "inside" not in container["networks"]} == set()


def _unset(value: str) -> str:
    """A value as compose gives it where nobody says more: `${NAME:-}` is empty."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
