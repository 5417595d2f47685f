from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML

CHECKOUT = Path(__file__).parents[3]
DOCKERFILE = CHECKOUT / "deploy/docker/Dockerfile"
COMPOSE = CHECKOUT / "deploy/compose.yaml"
OURS = ("api", "worker", "projector", "migrate")


def compose() -> dict[str, Any]:
    return cast("dict[str, Any]", YAML(typ="safe").load(COMPOSE))


def services() -> dict[str, dict[str, Any]]:
    return cast("dict[str, dict[str, Any]]", compose()["services"])
