"""Channels, and what Heatstream does there: it receives commands, and sends answers and events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema.commands import COMMANDS as COMMAND_MODELS
from schema.json_schemas import ANSWERS
from services.runtime.asyncapi.messages import BINDING, ref, summary
from services.runtime.topology import COMMANDS, EVENTS, HISTORY

if TYPE_CHECKING:
    from services.runtime.asyncapi.messages import Document
    from services.runtime.topology import Topology


def channels(held: Topology) -> Document:
    return {
        **{name: _command(held, name) for name in COMMAND_MODELS},
        "answers": _answers(),
        "events": _events(held),
        "history": _history(held),
    }


def operations() -> Document:
    return {
        **{f"receive.{name}": _receive(name) for name in COMMAND_MODELS},
        "send.events": _send("events", "Say what became true of a batch."),
        "send.history": _send("history", "Keep what became true, to be read from any offset or time."),
    }


def _command(held: Topology, name: str) -> Document:
    return {
        "address": name,
        "description": "The routing key is the command's type.",
        "messages": {name: ref("components", "messages", name)},
        "bindings": _exchange(held, COMMANDS),
    }


def _answers() -> Document:
    return {
        "address": None,
        "title": "The queue that a command names in reply_to",
        "description": "A queue of the sender's own, an exclusive one say, or `amq.rabbitmq.reply-to`. The answer goes"
        " there through the default exchange; where that queue is gone, it is lost and the command is done all the"
        " same.",
        "messages": {name: ref("components", "messages", name) for name in ANSWERS},
        "bindings": {"amqp": {"is": "queue", "queue": {"exclusive": True, "autoDelete": True}, **BINDING}},
    }


def _events(held: Topology) -> Document:
    return {
        "address": "{partition}",
        "title": "Events as they happen",
        "description": "Bind a queue of your own, to every partition. What came before is in the history.",
        "parameters": {
            "partition": {
                "default": "0",
                "description": "From 0; all events of a batch have the same. HEATSTREAM_PARTITIONS says how many.",
            }
        },
        "messages": {"events": ref("components", "messages", "events")},
        "bindings": _exchange(held, EVENTS),
    }


def _history(held: Topology) -> Document:
    (stream,) = (queue for queue in held.queues if queue.name == HISTORY)
    queue = {"name": HISTORY, "durable": True, "exclusive": False, "autoDelete": False, "vhost": "/"}
    return {
        "address": HISTORY,
        "title": "All events of the last weeks",
        "description": "A stream: any number of programs read it, each from the offset or time that its consumer names"
        " in the argument `x-stream-offset`, with a prefetch count and acknowledgements. HEATSTREAM_HISTORY_DAYS says"
        " how far it reaches back.",
        "messages": {"events": ref("components", "messages", "events")},
        "bindings": {"amqp": {"is": "queue", "queue": queue, "x-arguments": dict(stream.arguments), **BINDING}},
    }


def _exchange(held: Topology, name: str) -> Document:
    (kind,) = (exchange.type.value for exchange in held.exchanges if exchange.name == name)
    exchange = {"name": name, "type": kind, "durable": True, "autoDelete": False, "vhost": "/"}
    return {"amqp": {"is": "routingKey", "exchange": exchange, **BINDING}}


def _receive(name: str) -> Document:
    return {
        "action": "receive",
        "channel": ref("channels", name),
        "summary": summary(COMMAND_MODELS[name]),
        "messages": [ref("channels", name, "messages", name)],
        "bindings": {"amqp": {"deliveryMode": 2, "mandatory": True, "ack": True, **BINDING}},
        "reply": {
            "address": {"location": "$message.header#/reply_to", "description": "The AMQP property of that name."},
            "channel": ref("channels", "answers"),
            "messages": [ref("channels", "answers", "messages", answer) for answer in ANSWERS],
        },
    }


def _send(channel: str, what: str) -> Document:
    return {
        "action": "send",
        "channel": ref("channels", channel),
        "summary": what,
        "messages": [ref("channels", channel, "messages", "events")],
        "bindings": {"amqp": {"deliveryMode": 2, "mandatory": True, **BINDING}},
    }
