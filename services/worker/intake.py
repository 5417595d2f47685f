from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import orjson
from pydantic import ValidationError

from schema.answers import FieldError, field_errors
from schema.commands import VERSION_HEADER, Command, ProcessJob
from schema.errors import Poison

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aio_pika.abc import AbstractIncomingMessage

M = TypeVar("M", bound=Command | ProcessJob)
#: No message of ours comes near; a longer one is not even parsed.
MOST_BYTES = 1 << 20


class Unreadable(Poison):
    """A message that cannot be acted on. `errors` are for the one who sent it."""

    def __init__(self, reason: str, sentence: str, errors: tuple[FieldError, ...]) -> None:
        super().__init__(reason, sentence)
        self.errors = errors

    @classmethod
    def about(cls, reason: str, field: str, message: str) -> Unreadable:
        return cls(reason, f"{field}: {message}", (FieldError(field=field, message=message),))


def read(message: AbstractIncomingMessage, models: Mapping[str, type[M]]) -> M:
    """The body of a message as the model that its AMQP property `type` names.

    Raises Unreadable with the reason `not_json`, `unknown_type`, `future_version`, `bad_fields` or `too_long`.
    """
    if len(message.body) > MOST_BYTES:
        raise Unreadable.about("too_long", "body", f"must be at most {MOST_BYTES} bytes")
    model = models.get(message.type or "")
    if model is None:
        raise Unreadable.about("unknown_type", "type", f"the AMQP property must be one of {', '.join(models)}")
    version = message.headers.get(VERSION_HEADER, 1)
    if not isinstance(version, int) or version < 1:
        raise Unreadable.about("bad_fields", VERSION_HEADER, "must be a whole number from 1")
    if version > model.VERSION:
        raise Unreadable.about("future_version", VERSION_HEADER, f"the newest that is read is {model.VERSION}")
    try:
        return model.model_validate(orjson.loads(message.body))  # type: ignore[return-value]  # lost on a union bound
    except orjson.JSONDecodeError as wrong:
        raise Unreadable.about("not_json", "body", f"not JSON: {wrong.msg} (byte {wrong.pos})") from None
    except ValidationError as wrong:
        sentence = "; ".join(f"{error.field}: {error.message}" for error in field_errors(wrong, hide=True))
        raise Unreadable("bad_fields", sentence, field_errors(wrong)) from None
