from __future__ import annotations

from pydantic import Field

from services.runtime.link import HEARTBEAT_SECONDS
from services.runtime.settings import Settings


class ProjectorSettings(Settings):
    """What the projector reads besides."""

    heartbeat_seconds: int = Field(
        HEARTBEAT_SECONDS,
        ge=2,
        le=300,
        description="A projector that is silent for longer counts as gone; within twice this its partitions are taken.",
    )
