"""Bringing a file from the web without letting its address reach into our own network."""

import asyncio
import ipaddress
import socket

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from ptgbot.core.commands import Refused

__all__ = ["MAX_BYTES", "TIMEOUT", "fetch_url", "is_public_address"]

MAX_BYTES = 5 * 1024 * 1024
TIMEOUT = 15.0  # seconds, for all of it
_MAX_REDIRECTS = 5
_ACCEPT = "application/json, application/xml;q=0.9, text/csv;q=0.9, */*;q=0.5"
_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public_address(address: str) -> bool:
    """Return whether an IP address is one of the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is None:
            return ip in _UNICAST and ip.is_global
        ip = inner
    return ip.is_global and not ip.is_multicast


def _literal(host: str) -> str | None:
    """Return the IP address that a host is written as, also in the old ways (127.1, 0x7f.1, 2130706433)."""
    if ":" in host:
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))
    except (OSError, UnicodeError):
        return None


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


def _check(text: str, *, private: bool) -> URL:
    """Return an address, read as the client reads it; refuse one that is not http(s), or that names a private IP."""
    try:
        url = URL(text)
        host = url.raw_host or ""
    except ValueError:
        url, host = URL(), ""
    if url.scheme not in ("http", "https") or not host:
        raise Refused(f"'{text}' is no http or https address.")
    if private:
        return url
    address = _literal(host)
    try:
        public = host.rstrip(".").lower() != "localhost" if address is None else is_public_address(address)
    except ValueError:
        public = False
    if not public:
        raise Refused(f"{host} is an address of a private network; fetch_private in the config allows it.")
    return url


async def fetch_url(url: str, *, private: bool = False, seconds: float = TIMEOUT) -> bytes:
    """Return what a URL holds.

    Args:
        url: An http or https address.
        private: Whether addresses of private networks and this machine are allowed.
        seconds: How long all of it may take.

    Raises:
        Refused: It may not, or could not, be fetched; the text says why.
    """
    address = _check(url, private=private)
    resolver: AbstractResolver = aiohttp.ThreadedResolver()
    connector = aiohttp.TCPConnector(resolver=resolver if private else _PublicResolver(resolver))
    try:
        async with (
            asyncio.timeout(seconds),
            aiohttp.ClientSession(connector=connector, trust_env=False) as client,
        ):
            return await _get(client, address, private=private)
    except TimeoutError:
        raise Refused(f"{url} did not answer within {seconds:g} seconds.") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise Refused(f"{url} could not be fetched: {_reason(error)}.") from None


async def _get(client: aiohttp.ClientSession, url: URL, *, private: bool) -> bytes:
    for _ in range(_MAX_REDIRECTS + 1):
        async with client.get(url, allow_redirects=False, headers={"Accept": _ACCEPT}) as answer:
            target = answer.headers.get("Location")
            if answer.status in (301, 302, 303, 307, 308) and target:
                url = _check(str(answer.url.join(URL(target))), private=private)
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
