from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

from services.api.links import link

if TYPE_CHECKING:
    from starlette.requests import Request

ADDRESSES = {
    "discover": "POST /api/discover",
    "submit": "POST /api/batches",
    "batch": "/api/batches/{batch_id}",
    "events": "/api/batches/{batch_id}/events",
    "results": "/api/batches/{batch_id}/results",
    "calendar": "/api/batches/{batch_id}/calendar.ics",
    "cancel": "POST /api/batches/{batch_id}/cancel",
    "retry": "POST /api/batches/{batch_id}/retry",
    "retry one": "POST /api/batches/{batch_id}/jobs/{job_id}/retry",
    "mail": "POST /api/batches/{batch_id}/notify",
    "forget": "POST /api/batches/{batch_id}/expire",
    "shared result": "/result/{code}",
    "health": "/health/ready",
    "contract": "/openapi.json",
    "documentation": "/docs",
}


async def home(_: Request) -> JSONResponse:
    headers = link(**{"service-desc": "/openapi.json", "service-doc": "/docs"})
    return JSONResponse({"service": "heatstream", "addresses": ADDRESSES}, headers=headers)


def routes() -> list[Route]:
    return [Route("/", home)]
