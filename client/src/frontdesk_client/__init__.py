"""The integrator's side of a multi-tenant API: credentials that any HTTP client can carry.

A name is imported when it is first used, so that nobody waits for what they do not use: the command line's `--help`
needs no HTTP client.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from frontdesk_client import errors

if TYPE_CHECKING:
    from frontdesk_client.basic import BasicCredentials
    from frontdesk_client.connect import Connect
    from frontdesk_client.endpoints import Endpoints
    from frontdesk_client.errors import (
        ApiError,
        AuthorizationFailed,
        DiscoveryFailed,
        ForeignOrigin,
        FrontdeskError,
        InsecureTransport,
        NotDescribed,
        PagingFailed,
        ReauthorizationRequired,
        RefreshRefused,
        StoreBusy,
        StoreFailed,
        TokenEndpointFailed,
    )
    from frontdesk_client.manners import (
        Manners,
        Pace,
        RetryBudget,
        aiterate_items,
        aiterate_pages,
        iterate_items,
        iterate_pages,
        raise_for_api_error,
        raise_for_api_error_async,
    )
    from frontdesk_client.oauth import OAuth
    from frontdesk_client.stores.environment import EnvironmentStore
    from frontdesk_client.stores.file import FileStore
    from frontdesk_client.stores.keyring import KeyringStore
    from frontdesk_client.stores.memory import MemoryStore
    from frontdesk_client.stores.protocol import TokenStore
    from frontdesk_client.tokens import Tokens

__all__ = [
    "ApiError",
    "AuthorizationFailed",
    "BasicCredentials",
    "Connect",
    "DiscoveryFailed",
    "Endpoints",
    "EnvironmentStore",
    "FileStore",
    "ForeignOrigin",
    "FrontdeskError",
    "InsecureTransport",
    "KeyringStore",
    "Manners",
    "MemoryStore",
    "NotDescribed",
    "OAuth",
    "Pace",
    "PagingFailed",
    "ReauthorizationRequired",
    "RefreshRefused",
    "RetryBudget",
    "StoreBusy",
    "StoreFailed",
    "TokenEndpointFailed",
    "TokenStore",
    "Tokens",
    "aiterate_items",
    "aiterate_pages",
    "iterate_items",
    "iterate_pages",
    "raise_for_api_error",
    "raise_for_api_error_async",
]

_MODULES = {
    "BasicCredentials": "basic",
    "Connect": "connect",
    "Endpoints": "endpoints",
    "EnvironmentStore": "stores.environment",
    "FileStore": "stores.file",
    "KeyringStore": "stores.keyring",
    "MemoryStore": "stores.memory",
    "OAuth": "oauth",
    "TokenStore": "stores.protocol",
    "Tokens": "tokens",
}  # the other names are of `errors` or of `manners`

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import what has this name, once."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = _MODULES.get(name) or ("errors" if hasattr(errors, name) else "manners")
        found = getattr(import_module(f"{__name__}.{module}"), name)
        globals()[name] = found
        return found
