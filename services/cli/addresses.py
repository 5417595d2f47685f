"""Where the servers are: as an option or the environment says, else as `heatstream up` runs them, else the default."""

from __future__ import annotations

from services.cli.checkout import running_broker, running_database


def broker_url(given: str | None) -> str:
    from services.runtime.settings import Settings  # noqa: PLC0415 - so that --help stays quick

    return given or running_broker() or Settings().amqp_url.get_secret_value()


def database_url(given: str | None) -> str:
    from services.runtime.settings import Settings  # noqa: PLC0415 - so that --help stays quick

    return given or running_database() or Settings().database_url.get_secret_value()
