from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from services.cli.batch_options import Api, AsJson, KeyFile, gateway_at
from services.cli.failures import Unusable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schema.views import OrderedView
    from services.client.gateway import Gateway

Batch = Annotated[UUID, typer.Argument(metavar="BATCH", help="The id that `heatstream submit` printed.")]


def cancel(batch: Batch, *, as_json: AsJson = False, api: Api = None, key_file: KeyFile = None) -> None:
    """Stop the work on a batch; sheets that are read already keep their results.

    Exit codes: 0 on its way, 2 the batch is over or unknown, or no gateway.
    """
    with gateway_at(api, key_file) as gateway:
        _told(gateway.cancel(batch), "is being cancelled", as_json=as_json)


def retry(
    batch: Batch,
    *,
    job: Annotated[
        list[str] | None,
        typer.Option(metavar="N|ID", help="A sheet that failed, by its place in the batch (1, 2 …) or its id; again."),
    ] = None,
    as_json: AsJson = False,
    api: Api = None,
    key_file: KeyFile = None,
) -> None:
    """Try failed sheets of a batch again: those that --job names, or all.

    `heatstream watch` then tells how it goes. Exit codes: 0 on its way, 2 nothing of it has failed, the batch is
    cancelled or unknown, or no gateway.
    """
    with gateway_at(api, key_file) as gateway:
        jobs = _jobs(gateway, batch, job or [])
        _told(gateway.retry(batch, jobs), "is being tried again", as_json=as_json)


def notify(
    batch: Batch,
    email: Annotated[str, typer.Option(metavar="ADDRESS", help="Who wants the mail.")],
    *,
    as_json: AsJson = False,
    api: Api = None,
    key_file: KeyFile = None,
) -> None:
    """Have a mail sent when a batch is over, or at once if it is.

    Exit codes: 0 on its way, 2 no mail is sent from there, the address or the batch is wrong, or no gateway.
    """
    with gateway_at(api, key_file) as gateway:
        _told(gateway.notify(batch, email), "will be mailed about", as_json=as_json)


def expire(
    batch: Batch,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
    api: Api = None,
    key_file: KeyFile = None,
) -> None:
    """Forget a batch now: its results, its links, and what its log says of people. There is no way back.

    Exit codes: 0 on its way, 1 not confirmed, 2 the batch is unknown, or no gateway.
    """
    with gateway_at(api, key_file) as gateway:
        if not yes:
            typer.confirm(f"Forget batch {batch} and all its results?", abort=True, err=True)
        _told(gateway.expire(batch), "is being forgotten", as_json=as_json)


def _jobs(gateway: Gateway, batch: UUID, named: Sequence[str]) -> list[UUID]:
    """Ids as they are, places in the batch looked up."""
    places = {str(job.sequence): job.id for job in gateway.batch(batch).jobs} if any(map(str.isdigit, named)) else {}
    found: list[UUID] = []
    for name in named:
        try:
            found.append(places[name] if name.isdigit() else UUID(name))
        except KeyError:
            raise Unusable(f"the batch has {len(places)} sheets: there is no number {name}") from None
        except ValueError:
            raise Unusable(f"'{name}' is neither the number of a sheet nor an id: see `heatstream watch`") from None
    return found


def _told(ordered: OrderedView, what: str, *, as_json: bool) -> None:
    typer.echo(ordered.model_dump_json() if as_json else f"batch {ordered.batch_id} {what}")
