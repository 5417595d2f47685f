from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

import httpx2

from schema.errors import JobFault
from schema.states import ErrorCode
from services.runtime.web import transport
from services.runtime.web.addresses import blocked, checked_url

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

USER_AGENT = "Heatstream/0.1 (reads heat sheets)"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bounds of one fetch. Times are in seconds, `most_bytes` counts decoded and raw bytes alike."""

    most_bytes: int
    connect_seconds: float = 5
    read_seconds: float = 15
    total_seconds: float = 60
    most_redirects: int = 5


class Fetcher:
    """Asks only public addresses. `resolve` looks hosts up; `allowed_hosts` are exempt from the guard."""

    def __init__(
        self,
        limits: FetchLimits,
        *,
        allowed_hosts: frozenset[str] = frozenset(),
        resolve: transport.Resolve = transport.resolve,
    ) -> None:
        self.limits = limits
        self._allowed_hosts, self._resolve = allowed_hosts, resolve
        self._tls = httpx2.create_ssl_context(trust_env=False)

    def checked(self, link: str) -> httpx2.URL:
        """The link, when its form is fine. Raises JobFault BLOCKED_URL."""
        return checked_url(link, self._allowed_hosts)

    async def fetch(
        self,
        link: str | httpx2.URL,
        read: Callable[[httpx2.Response], Awaitable[T]],
        *,
        accept: str,
        encodings: Literal["gzip", "identity"] = "gzip",
        method: Literal["GET", "HEAD"] = "GET",
    ) -> T:
        """What `read` makes of the last answer, redirects followed; all within the limits.

        Raises JobFault with the code that says whether another try is worth it, and what `read` raises.
        """
        client = httpx2.AsyncClient(
            transport=transport.GuardedTransport(self._tls, self._resolve, self._allowed_hosts),
            timeout=httpx2.Timeout(self.limits.read_seconds, connect=self.limits.connect_seconds),
            headers={"user-agent": USER_AGENT, "accept": accept, "accept-encoding": encodings},
            trust_env=False,
        )
        try:
            async with asyncio.timeout(self.limits.total_seconds), client:
                return await self._follow(client, method, link, read)
        except (TimeoutError, httpx2.TimeoutException) as late:
            raise JobFault(ErrorCode.TIMEOUT, "The site took too long to answer.") from late
        except httpx2.TransportError as failed:
            raise JobFault(ErrorCode.NETWORK_ERROR, "The connection to the site failed.") from failed

    async def _follow(
        self,
        client: httpx2.AsyncClient,
        method: str,
        link: str | httpx2.URL,
        read: Callable[[httpx2.Response], Awaitable[T]],
    ) -> T:
        """Redirects by hand; the transport checks each as it checked the first link."""
        url = checked_url(link, self._allowed_hosts)
        for _ in range(self.limits.most_redirects + 1):
            async with client.stream(method, url, follow_redirects=False) as response:
                if not response.has_redirect_location:
                    return await read(response)
                try:
                    url = url.join(response.headers["location"])
                except httpx2.InvalidURL:
                    raise blocked("The site sent us on to something that is not a web address.") from None
        raise JobFault(ErrorCode.NOT_FOUND, "The link sends us on and on without an end.")
