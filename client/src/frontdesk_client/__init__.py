"""The integrator's side of a multi-tenant API: credentials that any HTTP client can carry."""

from frontdesk_client.basic import BasicCredentials
from frontdesk_client.connect import Connect
from frontdesk_client.endpoints import Endpoints
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
    "BasicCredentials",
    "Connect",
    "Endpoints",
    "EnvironmentStore",
    "FileStore",
    "KeyringStore",
    "Manners",
    "MemoryStore",
    "OAuth",
    "Pace",
    "RetryBudget",
    "TokenStore",
    "Tokens",
    "aiterate_items",
    "aiterate_pages",
    "iterate_items",
    "iterate_pages",
    "raise_for_api_error",
    "raise_for_api_error_async",
]
