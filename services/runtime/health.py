from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request


def routes(checks: Mapping[str, Callable[[], Awaitable[bool]]]) -> list[Route]:
    """`/health/live`: the process answers. `/health/ready`: each named part does too; 503 names those that do not."""

    async def live(_: Request) -> JSONResponse:
        return JSONResponse({"status": "live"})

    async def ready(_: Request) -> JSONResponse:
        answers = await asyncio.gather(*(check() for check in checks.values()))
        parts = {name: "up" if up else "down" for name, up in zip(checks, answers, strict=True)}
        fine = all(answers)
        return JSONResponse({"status": "ready" if fine else "unready", "parts": parts}, 200 if fine else 503)

    return [Route("/health/live", live), Route("/health/ready", ready)]


def told(tell: Callable[[], Mapping[str, object]]) -> Route:
    """`/health`: for people, what this process is at."""

    async def page(_: Request) -> JSONResponse:
        return JSONResponse(tell())

    return Route("/health", page)


def pages(checks: Mapping[str, Callable[[], Awaitable[bool]]], *more: Route) -> Starlette:
    """The health pages of a service that serves nothing else."""
    return Starlette(routes=[*routes(checks), *more])
