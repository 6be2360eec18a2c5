"""Where a server's endpoints are, asked of itself and believed about itself only. RFC 8414 §3.3, RFC 9728 §3.3.

The original API has no such documents: `Endpoints.under` needs none.
"""

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from frontdesk_client.calling import Answer, Call, Caller, HttpCaller
from frontdesk_client.endpoints import Endpoints
from frontdesk_client.errors import DiscoveryFailed, FrontdeskError, NotDescribed
from frontdesk_client.origins import must_be_safe, read_origin

_SERVER = "oauth-authorization-server"
_RESOURCE = "oauth-protected-resource"


def discover(issuer: str, *, api: tuple[str, ...] | None = None, caller: Caller | None = None) -> Endpoints:
    """The endpoints of the server with this issuer; the API is at the issuer's own address unless `api` says otherwise.

    `DiscoveryFailed` where the document is missing, or is another issuer's.
    """
    answer = (caller or HttpCaller()).send(_ask(issuer, _SERVER))
    return read_server(answer, issuer=issuer, api=api)


async def discover_async(issuer: str, *, api: tuple[str, ...] | None = None, caller: Caller | None = None) -> Endpoints:
    """The same, beside the event loop's other work."""
    answer = await (caller or HttpCaller()).send_async(_ask(issuer, _SERVER))
    return read_server(answer, issuer=issuer, api=api)


def discover_api(api: str, *, caller: Caller | None = None) -> Endpoints:
    """The endpoints of the server that an API names. `DiscoveryFailed` where either is not who it says."""
    caller = caller or HttpCaller()
    issuer = read_resource(caller.send(_ask(api, _RESOURCE)), resource=api)
    return discover(issuer, api=(api,), caller=caller)


async def discover_api_async(api: str, *, caller: Caller | None = None) -> Endpoints:
    """The same, beside the event loop's other work."""
    caller = caller or HttpCaller()
    issuer = read_resource(await caller.send_async(_ask(api, _RESOURCE)), resource=api)
    return await discover_async(issuer, api=(api,), caller=caller)


def read_server(answer: Answer, *, issuer: str, api: tuple[str, ...] | None) -> Endpoints:
    """An authorization server's metadata. Its issuer must be the one that was asked, letter for letter."""
    said = _read(answer, issuer)
    _must_name("issuer", said, issuer)
    sends_iss = said.get("authorization_response_iss_parameter_supported") is True
    apis = (issuer,) if api is None else api
    usual = Endpoints.under(issuer, api=apis)
    return Endpoints(
        authorize=_address(said, "authorization_endpoint"),
        token=_address(said, "token_endpoint"),
        revoke=_address(said, "revocation_endpoint", usual.revoke),
        networks=usual.networks,
        api=apis,
        issuer=issuer if sends_iss else None,
    )


def read_resource(answer: Answer, *, resource: str) -> str:
    """The issuer that an API names. Its document must name the very API that was asked, letter for letter."""
    said = _read(answer, resource)
    _must_name("resource", said, resource)
    servers = said.get("authorization_servers")
    if not isinstance(servers, list) or not servers or not isinstance(servers[0], str):
        raise DiscoveryFailed(f"{resource} names no authorization server. Set the issuer yourself.")
    _must_be_address("authorization_servers", servers[0])
    return servers[0]


def _ask(about: str, suffix: str) -> Call:
    """The well-known address goes between the host and the path. RFC 8414 §3.1."""
    _must_be_address("address", about)
    parts = urlsplit(about)
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise DiscoveryFailed(f"{parts.scheme}://{parts.hostname}: an issuer has no user, query or fragment.")
    return Call(method="GET", url=f"{parts.scheme}://{parts.netloc}/.well-known/{suffix}{parts.path.rstrip('/')}")


def _read(answer: Answer, about: str) -> Mapping[str, object]:
    try:
        said = json.loads(answer.body) if answer.status == 200 else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise NotDescribed(
            f"{about} does not describe itself ({answer.status}). Give its addresses: Endpoints.under({about!r})."
        )
    return said


def _must_name(field: str, said: Mapping[str, object], expected: str) -> None:
    if said.get(field) != expected:
        raise DiscoveryFailed(
            f"The document found under {expected} is about another {field}: it was not used."
            f" Write the {field} exactly as its owner does, or ask them why it says so."
        )


def _address(said: Mapping[str, object], field: str, usual: str | None = None) -> str:
    value = said.get(field, usual)
    if not isinstance(value, str):
        raise DiscoveryFailed(f"The server's document has no {field}.")
    _must_be_address(field, value)
    return value


def _must_be_address(field: str, value: str) -> None:
    """Over https, or on this machine; anything else may be read or answered by somebody on the way."""
    try:
        must_be_safe(read_origin(value))
    except (ValueError, FrontdeskError) as error:
        raise DiscoveryFailed(f"{field} is no address to trust: {error}") from None
