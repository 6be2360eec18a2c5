"""The SDK's own calls to an authorization server: never redirected, never logged with a secret, encrypted or local."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx2

from frontdesk_client.errors import TokenEndpointFailed
from frontdesk_client.origins import must_be_safe, read_origin

_SECRET = ("client_secret", "code", "code_verifier", "refresh_token", "token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is sent. What may be secret, the form, the query and the headers, is never printed."""

    method: str
    url: str  # without a query
    form: Mapping[str, str] | None = field(default=None, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. Header names are lower-cased."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


class Caller(Protocol):
    """Who makes these calls. Either way raises `InsecureTransport`, or `TokenEndpointFailed` without a whole answer."""

    def send(self, call: Call) -> Answer:
        """Make one call; it blocks."""
        ...

    async def send_async(self, call: Call) -> Answer:
        """Make one call beside the event loop's other work."""
        ...


class HttpCaller:
    """Makes them over httpx2, each on a connection of its own: they are rare, and so outlive any fork and any loop."""

    def __init__(
        self,
        *,
        seconds: float = 10.0,
        transport: httpx2.BaseTransport | None = None,
        async_transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """`seconds` for each of connecting, sending and waiting. The transports are for tests and special networks."""
        self._timeout = httpx2.Timeout(seconds)
        self._transport = transport
        self._async_transport = async_transport

    def send(self, call: Call) -> Answer:
        """Make one call; it blocks."""
        must_be_safe(read_origin(call.url))
        try:
            with httpx2.Client(verify=_trust(), timeout=self._timeout, transport=self._transport) as client:
                return _read(call, client.send(_request(client, call)))
        except httpx2.HTTPError as error:
            reason = type(error).__name__
        # Raised here and not there: the error that was caught keeps the request, and with it the secrets in its body.
        raise TokenEndpointFailed(f"{call.method} {call.url}: no answer ({reason})")

    async def send_async(self, call: Call) -> Answer:
        """Make one call beside the event loop's other work."""
        must_be_safe(read_origin(call.url))
        trust = await asyncio.to_thread(_trust)
        try:
            async with httpx2.AsyncClient(
                verify=trust, timeout=self._timeout, transport=self._async_transport
            ) as client:
                return _read(call, await client.send(_request(client, call)))
        except httpx2.HTTPError as error:
            reason = type(error).__name__
        raise TokenEndpointFailed(f"{call.method} {call.url}: no answer ({reason})")


@cache
def _trust() -> ssl.SSLContext:
    """Which authorities are believed: reading them costs tens of milliseconds, once."""
    return httpx2.create_ssl_context()


def _request(client: httpx2.Client | httpx2.AsyncClient, call: Call) -> httpx2.Request:
    """The request. Its query goes beside the address, which httpx2 logs."""
    extensions = {}
    if call.query:
        extensions["target"] = f"{urlsplit(call.url).path or '/'}?{urlencode(call.query)}".encode()
    return client.build_request(
        call.method,
        call.url,
        headers={"accept": "application/json", **call.headers},
        data=None if call.form is None else dict(call.form),
        extensions=extensions,
    )


def _read(call: Call, response: httpx2.Response) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    body = response.content
    if response.status_code >= 400:  # its words end in errors, and some servers quote what they refuse
        for secret in _secrets_of(call):
            body = body.replace(secret, b"***")
    return Answer(status=response.status_code, headers=headers, body=body)


def _secrets_of(call: Call) -> list[bytes]:
    """What was sent and must not come back, as it is and as it stands in a form; a short value would match anywhere."""
    sent = {**(call.form or {}), **call.query}
    values = [value for name, value in sent.items() if name in _SECRET and len(value) >= 8]
    return [text.encode() for value in values for text in dict.fromkeys((value, quote_plus(value)))]
