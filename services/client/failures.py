from __future__ import annotations

from typing import TYPE_CHECKING

from schema.errors import HeatstreamError, Rejected, Transient

if TYPE_CHECKING:
    from schema.views import Problem


class Refused(Rejected):
    """The gateway said no, for good; `slug` says why, as docs/problems.md lists it."""

    def __init__(self, problem: Problem) -> None:
        fields = tuple((error.get("field", ""), error.get("message", "")) for error in problem.errors)
        super().__init__(problem.type.rsplit("/", 1)[-1], sentence(problem), fields)


class Away(Transient):
    """The line broke, or a part behind the gateway is away: the same may work after `pause_seconds`."""

    def __init__(self, sentence: str, pause_seconds: float) -> None:
        super().__init__(sentence)
        self.pause_seconds = pause_seconds


class TooFast(Away):
    """The gateway counts what this network asks, and has enough for now: all clients ask again after the pause."""


class Unreachable(HeatstreamError):
    """Nothing has ever answered there: the address is wrong, or no gateway runs."""


class NoGateway(HeatstreamError):
    """What answers there is no gateway of ours, or one that this client does not understand."""


def sentence(problem: Problem) -> str:
    fields = "; ".join(": ".join(error.values()) for error in problem.errors)
    return f"{problem.title}: {problem.detail}" + (f" ({fields})" if fields else "")
