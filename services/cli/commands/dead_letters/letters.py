"""How a letter is shown. What strangers wrote reaches a terminal without its control characters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table
from rich.text import Text

from services.cli.printable import printable

if TYPE_CHECKING:
    from datetime import timedelta

    from services.runtime.dead_letters.letter import Letter

COLUMNS = ("queue", "id", "type", "batch", "reason", "age", "times")
_PREFIX = "heatstream."
_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def summary(letter: Letter) -> dict[str, Any]:
    """All that can be said without the body, which may say children's names."""
    return {
        "queue": letter.queue,
        "id": letter.id,
        "types": list(letter.types),
        "batch_ids": [str(batch_id) for batch_id in letter.batch_ids],
        "reason": letter.death.reason,
        "sentence": letter.death.sentence,
        "since": letter.since and letter.since.isoformat(),
        "times": letter.times,
        "bytes": len(letter.message.body),
    }


def whole(letter: Letter) -> dict[str, Any]:
    """The letter with its properties, headers and body: the document where it is JSON, else its text."""
    message = letter.message
    named = ("content_type", "correlation_id", "reply_to", "app_id", "timestamp")
    properties = {name: str(value) for name in named if (value := getattr(message, name))}
    return {**summary(letter), "properties": properties, "headers": _plain(message.headers), **body_of(message.body)}


def body_of(content: bytes) -> dict[str, Any]:
    """`body`, the document where it is JSON, else `body_text`."""
    try:
        body = {"body": json.loads(content)}
        json.dumps(body, indent=2)
    except (ValueError, RecursionError):  # what is nested too deep to be drawn is shown as it came
        return {"body_text": content.decode(errors="backslashreplace")}
    return body


def table() -> Table:
    drawn = Table(box=box.SIMPLE_HEAD)
    for name in COLUMNS:
        drawn.add_column(name, justify="right" if name in ("age", "times") else "left")
    return drawn


def row(letter: Letter) -> tuple[Text, ...]:
    return tuple(
        Text(printable(value))
        for value in (
            short(letter.queue),
            letter.id,
            ", ".join(letter.types),
            ", ".join(map(str, letter.batch_ids)),
            letter.death.reason,
            age(letter.age),
            str(letter.times),
        )
    )


def page(letter: Letter) -> str:
    """The whole letter for people, its body as the last thing."""
    document = whole(letter)
    headers = {f"header {name}": value for name, value in document.pop("headers").items()}
    return page_of({**document, **document.pop("properties"), **headers})


def page_of(document: dict[str, Any]) -> str:
    """A line for each member, then the `body` or the `body_text`."""
    members = dict(document)
    body = members.pop("body_text", None)
    if body is None:
        body = json.dumps(members.pop("body"), indent=2, ensure_ascii=False)
    lines = [f"{name:<16} {_line(value)}" for name, value in members.items()]
    return "\n".join(map(printable, [*lines, "", *body.splitlines()]))


def short(queue: str) -> str:
    return queue.removeprefix(_PREFIX)


def _line(value: object) -> str:
    match value:
        case None | []:
            return "-"
        case str():
            return value
        case [str(), *_]:
            return ", ".join(map(str, value))
        case _:
            return json.dumps(value, ensure_ascii=False)


def _plain(value: object) -> Any:  # noqa: ANN401 - what AMQP's headers may hold, as JSON has it
    match value:
        case dict():
            return {str(name): _plain(held) for name, held in value.items()}
        case list():
            return [_plain(held) for held in value]
        case bytes():
            return value.decode(errors="backslashreplace")
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)


def age(lasted: timedelta | None) -> str:
    if lasted is None:
        return "?"
    seconds = max(int(lasted.total_seconds()), 0)
    unit, size = next(((unit, size) for unit, size in _UNITS if seconds >= size), _UNITS[-1])
    return f"{seconds // size}{unit}"
