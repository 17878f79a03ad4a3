"""Outgoing: requests to addresses that others gave us. https, public addresses only, nothing followed, nothing trusted.

The name is resolved once, every address it has must be public, and the connection goes to the address that was checked,
so that a name cannot change its mind in between. Connect 3 s, all in all 15 s, of the answer at most 1 MB is read.
"""

import asyncio
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from functools import cache
from urllib.parse import SplitResult, urlsplit

import httpx
from django.conf import settings

CONNECT, TOTAL = 3.0, 15.0
MOST_BYTES = 1024 * 1024


class NotOutside(Exception):
    """An address that hanse does not call; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: the status if one came, and what was the trouble if it was not taken."""

    status: int | None
    trouble: str = ""

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def wrong_url(url: str, loopback: bool) -> str:
    """Why an address cannot be called, as far as it can be seen from itself; empty when it can."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is no address"
    if not parts.hostname or port == 0 or not url.isascii() or any(c.isspace() for c in url):
        return "it is no address"
    if parts.username or parts.password:
        return "it must carry no name and password"
    local = parts.hostname == "localhost" or _is_loopback(parts.hostname)
    if parts.scheme != "https" and not (parts.scheme == "http" and local and loopback):
        return "it must begin with https://"
    if (local and not loopback) or (_is_address(parts.hostname) and not local and not _public(parts.hostname)):
        return "it must be reachable from outside"
    return ""


async def send(url: str, content: bytes, headers: dict[str, str]) -> Answer:
    """Post once. Whatever happens outside comes back as an Answer."""
    try:
        async with asyncio.timeout(TOTAL):
            return await _send(url, content, headers)
    except NotOutside as no:
        return Answer(None, str(no))
    except TimeoutError:
        return Answer(None, f"no answer within {TOTAL:.0f} seconds")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as trouble:
        return Answer(None, f"{type(trouble).__name__}: {trouble}"[:300])


async def _send(url: str, content: bytes, headers: dict[str, str]) -> Answer:
    if why := wrong_url(url, settings.WEBHOOKS_TO_LOOPBACK):
        raise NotOutside(f"the address cannot be called: {why}")
    parts = urlsplit(url)
    pinned = await _pinned(parts)
    timeout = httpx.Timeout(TOTAL, connect=CONNECT)
    async with httpx.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False, verify=_trust()) as client:
        request = client.build_request(
            "POST", pinned, content=content, headers={"host": parts.netloc} | headers, extensions={"sni_hostname": parts.hostname}
        )
        answer = await client.send(request, stream=True)
        try:
            read = 0
            async for chunk in answer.aiter_raw():
                read += len(chunk)
                if read > MOST_BYTES:
                    break
        finally:
            await answer.aclose()
    trouble = "" if answer.is_success else f"answered {answer.status_code}"
    return Answer(answer.status_code, trouble)


@cache
def _trust() -> ssl.SSLContext:
    return httpx.create_ssl_context()


async def _pinned(parts: SplitResult) -> str:
    """The URL with the checked address in place of the name."""
    host = parts.hostname or ""
    loop = asyncio.get_running_loop()
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(CONNECT):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise NotOutside(f"the name {host} is not known") from error
    addresses = [str(entry[4][0]) for entry in found]
    allowed = [a for a in addresses if _public(a) or (settings.WEBHOOKS_TO_LOOPBACK and _is_loopback(a))]
    if not addresses or len(allowed) != len(addresses):
        raise NotOutside(f"{host} does not lie outside")
    address = f"[{allowed[0]}]" if ":" in allowed[0] else allowed[0]
    return parts._replace(netloc=f"{address}:{port}").geturl()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def _public(host: str) -> bool:
    """Whether an address is reachable for everybody: not private, local, shared, multicast or reserved, also not inside IPv6."""
    address = ipaddress.ip_address(host.split("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return address.is_global and not address.is_multicast and (inner is None or inner.is_global)
