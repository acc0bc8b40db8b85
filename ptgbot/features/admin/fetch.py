"""Bringing a file from the web without letting its address reach into our own network."""

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from ptgbot.core.commands import Refused

__all__ = ["MAX_BYTES", "TIMEOUT", "fetch_url", "is_public_address"]

MAX_BYTES = 5 * 1024 * 1024
TIMEOUT = 15.0  # seconds, for all of it
_MAX_REDIRECTS = 5


def is_public_address(address: str) -> bool:
    """Return whether an IP address is one of the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    if mapped is not None:
        ip = mapped
    if ip.version == 6 and ip in ipaddress.ip_network("64:ff9b::/96"):
        ip = ipaddress.ip_address(int(ip) & 0xFFFFFFFF)
    return ip.is_global and not ip.is_multicast


class _PublicResolver(AbstractResolver):
    """Resolves names, and refuses those that lead anywhere but the public internet.

    The check is on the very addresses that are then connected to, so that a name cannot answer twice.
    """

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not all(is_public_address(result["host"]) for result in found):
            raise Refused(f"{host} is an address of a private network; fetch_private in the config allows it.")
        return found

    async def close(self) -> None:
        await self._inner.close()


def _check(url: str, *, private: bool) -> None:
    """Refuse an address that is not http(s), or that is written as a private IP address."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise Refused(f"'{url}' is no http or https address.")
    try:
        public = is_public_address(host)
    except ValueError:
        public = host.rstrip(".").lower() != "localhost"
    if not public and not private:
        raise Refused(f"{host} is an address of a private network; fetch_private in the config allows it.")


async def fetch_url(url: str, *, private: bool = False, seconds: float = TIMEOUT) -> bytes:
    """Return what a URL holds.

    Args:
        url: An http or https address.
        private: Whether addresses of private networks and this machine are allowed.
        seconds: How long all of it may take.

    Raises:
        Refused: It may not, or could not, be fetched; the text says why.
    """
    _check(url, private=private)
    resolver: AbstractResolver = aiohttp.ThreadedResolver()
    connector = aiohttp.TCPConnector(resolver=resolver if private else _PublicResolver(resolver))
    try:
        async with (
            asyncio.timeout(seconds),
            aiohttp.ClientSession(connector=connector, trust_env=False) as client,
        ):
            return await _get(client, url, private=private)
    except TimeoutError:
        raise Refused(f"{url} did not answer within {seconds:g} seconds.") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise Refused(f"{url} could not be fetched: {_reason(error)}.") from None


async def _get(client: aiohttp.ClientSession, url: str, *, private: bool) -> bytes:
    for _ in range(_MAX_REDIRECTS + 1):
        async with client.get(url, allow_redirects=False, headers={"Accept": "application/json"}) as answer:
            target = answer.headers.get("Location")
            if answer.status in (301, 302, 303, 307, 308) and target:
                url = str(answer.url.join(URL(target)))
                _check(url, private=private)
                continue
            if answer.status != 200:
                raise Refused(f"{url} could not be fetched: the server says {answer.status} {answer.reason}.")
            content = bytearray()
            async for piece in answer.content.iter_chunked(65536):
                content += piece
                if len(content) > MAX_BYTES:
                    raise Refused(f"{url} is larger than {MAX_BYTES // 1024 // 1024} MB.")
            return bytes(content)
    raise Refused(f"{url} leads from one address to the next too often.")


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not valid"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "there is no such host"
    if isinstance(error, aiohttp.ClientConnectorError):
        return error.strerror or "it cannot be connected to"
    return " ".join(str(error).split())[:200] or type(error).__name__
