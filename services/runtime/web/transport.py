from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import httpx2

from schema.errors import JobFault
from schema.states import ErrorCode
from services.runtime.web.addresses import checked_addresses, checked_url, exempt, port_of
from services.runtime.web.look_ups import LookUps

if TYPE_CHECKING:
    from ssl import SSLContext

#: Host and port to addresses, as `getaddrinfo` spells them, best first.
Resolve = Callable[[str, int], Awaitable[list[str]]]
#: A host with more addresses is tried at the first few.
MOST_ADDRESSES = 3
_LOOK_UPS = LookUps(32)
_NO_SUCH_HOST = (socket.EAI_NONAME, socket.EAI_NODATA)


async def resolve(host: str, port: int) -> list[str]:
    """The system's resolver. Raises JobFault: NOT_FOUND when there is no such host, else NETWORK_ERROR."""
    try:
        return await asyncio.wrap_future(_LOOK_UPS.begin(host, port))
    except socket.gaierror as failed:
        if failed.errno in _NO_SUCH_HOST:
            raise JobFault(ErrorCode.NOT_FOUND, "There is no such site; check the link.") from failed
        raise JobFault(ErrorCode.NETWORK_ERROR, "The site's name could not be looked up.") from failed
    except UnicodeError:
        raise JobFault(ErrorCode.NOT_FOUND, "There is no such site; check the link.") from None


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Connects only to addresses that it resolved and checked itself, so no second look-up can lead elsewhere.

    The host stays in the Host header and in TLS, where the certificate is checked against it. No connection is kept:
    two hosts of one address never share one. Raises JobFault BLOCKED_URL.
    """

    def __init__(self, tls: SSLContext, resolve: Resolve, allowed_hosts: frozenset[str]) -> None:
        self._inner = httpx2.AsyncHTTPTransport(
            verify=tls, trust_env=False, limits=httpx2.Limits(max_keepalive_connections=0)
        )
        self._resolve, self._allowed_hosts = resolve, allowed_hosts

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = checked_url(request.url, self._allowed_hosts)
        host = url.raw_host.decode("ascii")
        addresses = await self._resolve(host, port_of(url))
        if not exempt(url, self._allowed_hosts):
            addresses = checked_addresses(addresses)
        unreached: Exception = httpx2.ConnectError("no address")
        for address in addresses[:MOST_ADDRESSES]:
            pinned = httpx2.Request(
                request.method,
                url.copy_with(host=address),
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": host.rstrip(".")},
            )
            try:
                return await self._inner.handle_async_request(pinned)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as failed:
                unreached = failed
        raise unreached

    async def aclose(self) -> None:
        await self._inner.aclose()
