"""Connecting a user: the link, the answer to it, and the end of it."""

from frontdesk_client.connect.connect import Connect, SignIn
from frontdesk_client.connect.discovery import discover, discover_api, discover_api_async, discover_async
from frontdesk_client.connect.networks import Network
from frontdesk_client.connect.once import Once, OnceHere

__all__ = [
    "Connect",
    "Network",
    "Once",
    "OnceHere",
    "SignIn",
    "discover",
    "discover_api",
    "discover_api_async",
    "discover_async",
]
