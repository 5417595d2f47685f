"""What a command is answered with, where its sender set `reply_to`."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from schema.model import Model


class Accepted(Model):
    """The command took effect, now or when it came before."""

    status: Literal["accepted"] = "accepted"
    batch_id: UUID


class FieldError(Model):
    """What is wrong with one field, without its value: it may be a child's name."""

    field: str
    message: str


class Rejected(Model):
    """The command will never take effect; `reason` is a stable slug, `errors` name every field that is wrong."""

    status: Literal["rejected"] = "rejected"
    reason: str
    errors: tuple[FieldError, ...]


Answer = Annotated[Accepted | Rejected, Field(discriminator="status")]
