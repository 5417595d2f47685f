from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schema.model import Model

#: Answers speak of children: no cache on the way keeps them.
UNKEPT = {"Cache-Control": "no-store"}


def answer(view: Model, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A view as JSON."""
    return Response(
        view.model_dump_json(), status, media_type="application/json", headers={**UNKEPT, **(headers or {})}
    )
