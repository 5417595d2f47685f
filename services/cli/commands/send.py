# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help stays quick
# ruff: noqa: TC001, TC003 - typer reads the annotations
from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from services.cli import batch_options
from services.cli.batch_options import AsJson, Broker
from services.cli.failures import BROKEN, Unusable, complain

if TYPE_CHECKING:
    from schema.commands import AnyCommand

#: Where a field of a command comes from, to be named beside it.
_OPTIONS = {
    "batch_id": "--batch",
    "swimmer_name": "--swimmer",
    "sources": "--url",
    "job_ids": "--job",
    "email": "--email",
    "notification_email": "--email",
}


def send(  # noqa: PLR0913 - the arguments are the command line
    command: Annotated[
        str,
        typer.Argument(metavar="TYPE", help="batch.submit, batch.cancel, batch.retry, batch.notify or batch.expire."),
    ],
    *,
    batch: Annotated[
        UUID | None, typer.Option(metavar="ID", help="The batch; batch.submit makes a new id where none is given.")
    ] = None,
    swimmer: Annotated[str | None, typer.Option(metavar="NAME", help="batch.submit: whose swims.")] = None,
    url: Annotated[
        list[str] | None, typer.Option(metavar="URL", help="batch.submit: a link to a heat sheet; again for more.")
    ] = None,
    job: Annotated[
        list[UUID] | None,
        typer.Option(metavar="ID", help="batch.retry: a job that failed; again for more, all without."),
    ] = None,
    email: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="batch.notify, batch.submit: who wants the mail.")
    ] = None,
    json_body: Annotated[
        str | None,
        typer.Option(metavar="FILE|-", help="The command's JSON, from a file or standard input; options add to it."),
    ] = None,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, max=3600, help="How long to wait for the answer.")
    ] = 10,
    as_json: AsJson = False,
    amqp_url: Broker = None,
) -> None:
    """Send a command to Heatstream over the message broker, and print its answer.

    As any other program would, by schema/asyncapi.yaml; no gateway is needed. With --json the answer is printed as it
    came. Exit codes: 0 accepted, 1 sent but not answered in time, 2 rejected, bad input or no broker.
    """
    from services.cli.addresses import broker_url
    from services.cli.asking import ask
    from services.cli.broker import at_the_broker

    fields = _document(json_body) if json_body else {}
    given = {
        "batch_id": batch,
        "swimmer_name": swimmer,
        "sources": [{"source_type": "url", "url": link} for link in url or ()],
        "job_ids": job,
        "notification_email" if command == "batch.submit" else "email": email,
    }
    wanted = _command(command, {**fields, **{name: value for name, value in given.items() if value}})
    answer = at_the_broker(
        ask(broker_url(amqp_url), wanted, timeout),
        then=f"{command} of batch {wanted.batch_id} may have arrived: send it again, that is harmless",
    )
    if answer is None:
        complain(
            f"{command} of batch {wanted.batch_id} is at the broker, but nobody answered within {timeout:g} s. It will"
            " be done when a worker runs; --timeout waits longer"
        )
        raise typer.Exit(BROKEN)
    if as_json:
        typer.echo(answer.model_dump_json())
    if answer.status == "rejected":
        what = "; ".join(f"{error.field} {error.message}" for error in answer.errors)
        raise Unusable(f"{command} was rejected ({answer.reason}): {what}")
    if not as_json:
        typer.echo(f"{command} of batch {answer.batch_id} is accepted")


def _document(source: str) -> dict[str, Any]:
    """The JSON object in a file, or on standard input for `-`. Raises Unusable."""
    import orjson

    body = sys.stdin.buffer.read() if source == "-" else batch_options.readable(Path(source)).read_bytes()
    name = "standard input" if source == "-" else source
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as wrong:
        raise Unusable(f"{name} is not JSON: {wrong.msg} (line {wrong.lineno}, column {wrong.colno})") from None
    if not isinstance(document, dict):
        raise Unusable(f"{name} must be a JSON object, like schema/golden/batch.submit.1.json")
    return document


def _command(name: str, fields: dict[str, Any]) -> AnyCommand:
    """Raises Unusable with every field that is wrong: what can be known here need not become a dead letter there."""
    from pydantic import ValidationError

    from schema.answers import field_errors
    from schema.commands import COMMANDS, SubmitBatch
    from services.runtime.clock import new_secret_id

    model = COMMANDS.get(name)
    if model is None:
        raise Unusable(f"'{name}' is no command: take one of {', '.join(COMMANDS)}")
    if model is SubmitBatch:
        fields = {"batch_id": new_secret_id(), **fields}
    try:
        return model.model_validate(fields)
    except ValidationError as wrong:
        said = [f"{_named(error.field)} {error.message}" for error in field_errors(wrong)]
        raise Unusable(f"{name} was not sent: {'; '.join(said)}") from None


def _named(field: str) -> str:
    option = _OPTIONS.get(field)
    return f"{field} ({option})" if option else field
