"""Who may use which address. One that does not stand here is not served: nothing is open by mistake."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from services.runtime.keys.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.routing import Route

_BATCH = "/api/batches/{batch_id}"
#: The scope that a key must have, or None: for everybody. Whether a key is asked for at all says `Asked`.
NEEDS: Mapping[str, Scope | None] = {
    "POST /api/batches": Scope.SUBMIT,
    "POST /api/discover": Scope.SUBMIT,
    f"POST {_BATCH}/cancel": Scope.SUBMIT,
    f"POST {_BATCH}/retry": Scope.SUBMIT,
    f"POST {_BATCH}/jobs/{{job_id}}/retry": Scope.SUBMIT,
    f"POST {_BATCH}/notify": Scope.SUBMIT,
    f"POST {_BATCH}/expire": Scope.SUBMIT,
    f"GET {_BATCH}": Scope.READ,
    f"GET {_BATCH}/results": Scope.READ,
    f"GET {_BATCH}/calendar.ics": Scope.READ,
    f"GET {_BATCH}/events": Scope.READ,
    "GET /api/events": Scope.READ,
    "GET /api/admin/stats": Scope.ADMIN,
    "GET /api/admin/batches": Scope.ADMIN,
    "GET /api/admin/set-asides": Scope.ADMIN,
    "POST /api/admin/janitor": Scope.ADMIN,
    # A share link is for whoever it was sent to: its code is the right to read it.
    "GET /result/{code}": None,
    "GET /result/{code}.ics": None,
    # The page itself says nothing; what it draws it asks for.
    "GET /": None,
    "GET /b/{batch_ids}": None,
    "GET /web/{version}/{name:path}": None,
    "GET /offline.js": None,
    "GET /openapi.json": None,
    "GET /docs": None,
    "GET /problems/{slug}": None,
    "GET /health/live": None,
    "GET /health/ready": None,
}


class Asked(StrEnum):
    """For what a gateway asks for a key; for /api/admin it always does."""

    OFF = "off"
    SUBMIT = "submit"
    ALL = "all"

    @property
    def scopes(self) -> frozenset[Scope]:
        match self:
            case Asked.OFF:
                return frozenset({Scope.ADMIN})
            case Asked.SUBMIT:
                return frozenset({Scope.ADMIN, Scope.SUBMIT})
            case Asked.ALL:
                return frozenset(Scope)


def need_of(route: Route) -> Scope | None:
    """What stands above for a route. Raises LookupError for one that nobody has decided about, or not as a whole."""
    methods = sorted((route.methods or set()) - {"HEAD"})  # HEAD goes with GET
    addresses = [f"{method} {route.path}" for method in methods]
    needs = {NEEDS[address] for address in addresses if address in NEEDS}
    if len(needs) != 1 or not NEEDS.keys() >= set(addresses):
        raise LookupError(f"who may use {'|'.join(methods)} {route.path}? Say it in {__name__}")
    return needs.pop()
