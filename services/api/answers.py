from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from schema.model import Model

#: Answers speak of children: no cache on the way keeps them.
UNKEPT = {"Cache-Control": "no-store"}
NOT_MODIFIED = 304


def answer(view: Model, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A view as JSON."""
    return Response(
        view.model_dump_json(), status, media_type="application/json", headers={**UNKEPT, **(headers or {})}
    )


def unless_known(request: Request, given: Response) -> Response:
    """The answer under an ETag; 304 for who has it.

    The tag is of the bytes: a batch's `last_event_id` would miss what another batch corrects of a sheet that both have.
    It is weak, as a compressed answer is the same one.
    """
    digest = hashlib.blake2b(bytes(given.body), digest_size=12).hexdigest()
    given.headers["ETag"] = f'W/"{digest}"'
    known = request.headers.get("if-none-match", "")
    if known.strip() != "*" and digest not in re.findall(r'"([^"]*)"', known):
        return given
    kept = {name: given.headers[name] for name in ("ETag", "Cache-Control", "Link") if name in given.headers}
    return Response(status_code=NOT_MODIFIED, headers=kept)
