from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from schema.errors import HeatstreamError
from services.cli.printable import say
from services.client.failures import Unreachable

if TYPE_CHECKING:
    from typer._click import Context

#: The swimmer was found.
FOUND = 0
#: The work ended without a whole answer: a sheet could not be read, a batch was cancelled, a service died.
BROKEN = 1
#: The request itself is wrong, or the gateway cannot be reached.
BAD_INPUT = 2
#: Everything was read, and the swimmer is not in it.
ABSENT = 3


class Unusable(HeatstreamError):
    """What was asked cannot be done; the sentence says why and what to do instead."""


class OneLineFailures(TyperGroup):
    """Says a failure that the code raised on purpose in one line on standard error, and ends with exit code 2."""

    def invoke(self, ctx: Context) -> Any:  # noqa: ANN401 - as the class above declares it
        try:
            return super().invoke(ctx)
        except Unreachable as failure:
            complain(f"{failure}: start one with `make up`, or name another with --api or HEATSTREAM_API_URL")
            raise typer.Exit(BAD_INPUT) from None
        except HeatstreamError as failure:
            complain(str(failure))
            raise typer.Exit(BAD_INPUT) from None
        except KeyboardInterrupt:
            raise typer.Exit(130) from None


def complain(sentence: str) -> None:
    """One line on standard error, whatever the sentence is made of."""
    say(f"heatstream: {' '.join(sentence.split())}", err=True)
