"""Where a request shows its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from starlette.datastructures import Headers

from schema.errors import Rejected
from services.api.keys.needs import need_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.routing import Route
    from starlette.types import ASGIApp, Receive, Scope, Send

    from services.api.keys.keyring import Keyring
    from services.api.keys.needs import Asked
    from services.runtime.keys import scope as keys
    from services.runtime.keys.key import Key

log = structlog.get_logger()
_HOW = "send it as `Authorization: Bearer hs_…`"
_MADE = "whoever runs this gateway makes one with `heatstream keys create`"


def behind_doors(routes: Iterable[Route], asked: Asked, keyring: Keyring | None) -> list[Route]:
    """The routes, those of them behind a door whose need is asked for. Raises LookupError for one without a need."""
    made = list(routes)
    for route in made:
        need = need_of(route)
        if need is not None and need in asked.scopes:
            route.app = Door(route.app, keyring, need)
    return made


class Door:
    """Lets a request through whose key has the scope; what follows logs the key's id. `keyring` None: without keys."""

    def __init__(self, app: ASGIApp, keyring: Keyring | None, need: keys.Scope) -> None:
        self._app, self._keyring, self._need = app, keyring, need

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            key = self._admitted(Headers(scope=scope).get("authorization", ""))
        except Rejected as refused:
            log.info("key.refused", reason=refused.slug, scope=self._need)
            raise
        with structlog.contextvars.bound_contextvars(key=key.id):
            await self._app(scope, receive, send)

    def _admitted(self, header: str) -> Key:
        """The key of an `Authorization` header (RFC 6750). Raises Rejected, without a word of what was given."""
        if self._keyring is None:
            raise Rejected(
                "keys-off",
                "this gateway has no keys: give it a file by HEATSTREAM_KEYS_FILE, and make a key with `heatstream keys"
                f" create NAME --scope {self._need}`",
            )
        scheme, _, given = header.strip().partition(" ")
        if scheme.lower() != "bearer" or not given:
            raise Rejected("key-missing", f"this needs a key with the scope `{self._need}`: {_HOW}; {_MADE}")
        key = self._keyring.find(given.strip())
        if key is None:
            raise Rejected("key-unknown", f"no such key is here, or it is revoked or over: look at it again; {_MADE}")
        if self._need not in key.scopes:
            raise Rejected(
                "key-scope",
                f"this needs a key with the scope `{self._need}`, which this one does not have; {_MADE}",
                (("scope", f"`{self._need}` is missing"),),
            )
        return key
