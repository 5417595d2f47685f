"""What the gateway's answers mean to a client. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from schema.views import Problem
from services.client.failures import Away, NoGateway, Refused, TooFast, Unreachable, sentence

if TYPE_CHECKING:
    import httpx2

    from schema.errors import HeatstreamError
    from services.client.calls import Call, View

#: The pause after a cut line, and the longest that the gateway's own wish may be.
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 5.0
#: How long a gateway that counts may ask for patience.
LONGEST_PATIENCE_SECONDS = 60.0
#: What a proxy answers in its own words while it cannot reach the gateway behind it.
OF_A_PROXY = frozenset({502, 503, 504})


def read(call: Call[View], answer: httpx2.Response, url: str) -> View:
    """The view that was asked for. Raises Refused, Away or NoGateway. `url` is the gateway's."""
    if answer.is_error:
        raise refusal(answer, url)
    if issubclass(call.view, bytes):
        return call.view(answer.content)
    try:
        return call.view.model_validate_json(answer.content)
    except ValidationError:
        raise NoGateway(f"{answer.url} gave an answer that this client does not understand") from None


def refusal(answer: httpx2.Response, url: str) -> HeatstreamError:
    """What an error says, whose body has been read."""
    try:
        problem = Problem.model_validate_json(answer.content)
    except ValidationError:
        if answer.status_code in OF_A_PROXY:
            return Away(
                f"the gateway behind {url} is away ({answer.status_code}); try again in a moment", PAUSE_SECONDS
            )
        return NoGateway(f"{url} answered {answer.status_code} and does not look like Heatstream's gateway")
    asked = answer.headers.get("Retry-After", "")
    pause = float(asked) if asked.isdigit() else PAUSE_SECONDS
    match answer.status_code:
        case 429:
            return TooFast(sentence(problem), min(pause, LONGEST_PATIENCE_SECONDS))
        case 503:
            return Away(sentence(problem), min(pause, LONGEST_PAUSE_SECONDS))
        case _:
            return Refused(problem)


def unreachable(gone: Exception, url: str, *, reached: bool) -> HeatstreamError:
    """Worth another try only where the gateway has answered before: else the address is wrong."""
    said = f"the gateway at {url} cannot be reached ({gone})"
    return Away(f"{said}; try again in a moment", PAUSE_SECONDS) if reached else Unreachable(said)
