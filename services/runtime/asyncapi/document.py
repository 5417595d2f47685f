from __future__ import annotations

from typing import TYPE_CHECKING

from schema.json_schemas import shared_schemas
from services.runtime.asyncapi.channels import channels, operations
from services.runtime.asyncapi.messages import MODELS, SCHEMAS, messages, traits
from services.runtime.topology import COMMANDS, COMMANDS_DEAD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.runtime.asyncapi.messages import Document
    from services.runtime.topology import Topology

#: The newest version that the official parser validates.
ASYNCAPI_VERSION = "3.1.0"
_DESCRIPTION = f"""\
Any program may publish commands to the exchange `{COMMANDS}` and follow what becomes true.

A command names a batch by `batch_id`; the sender of a `batch.submit` chooses it, and sent twice it takes effect once. \
Who sets the AMQP property `reply_to` is answered, `accepted` or `rejected` with every field that is wrong. A command \
that cannot be read waits in `{COMMANDS_DEAD}` with its reason in the header `x-reason`.

Events are CloudEvents 1.0 in the JSON batch format. They come at least once, those of a batch by one partition: an \
event whose `id` you have seen is the same event. What follows from them, that a batch has started and that it is \
over, is not sent: the gateway tells it, or count the jobs of `batch.submitted`.
"""


def asyncapi(held: Topology, version: str, examples: Mapping[str, object]) -> Document:
    """`version` is the software's, `examples` are the golden documents, by `<type>.<version>`."""
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "id": "urn:heatstream",
        "info": {"title": "Heatstream at the broker", "version": version, "description": _DESCRIPTION},
        "defaultContentType": "application/json",
        "servers": {
            "broker": {
                "host": "{host}",
                "protocol": "amqp",
                "protocolVersion": "0.9.1",
                "description": "RabbitMQ, as HEATSTREAM_AMQP_URL names it.",
                "variables": {"host": {"default": "127.0.0.1:5672", "description": "Name and port."}},
                "security": [{"$ref": "#/components/securitySchemes/login"}],
            }
        },
        "channels": channels(held),
        "operations": operations(),
        "components": {
            "securitySchemes": {"login": {"type": "userPassword", "description": "A user of the broker."}},
            "messageTraits": traits(),
            "messages": messages(examples),
            "schemas": shared_schemas(MODELS, SCHEMAS),
        },
    }
