"""Which networks a profile may call."""

import httpx2

from frontdesk_client.cli.opening import ask
from frontdesk_client.cli.profiles import Profile
from frontdesk_client.connect.networks import Network, read_networks
from frontdesk_client.credentials import Credentials


def find_networks(profile: Profile, credentials: Credentials) -> list[Network] | None:
    """They, or None where the API does not tell (404, 405); `ApiError` where it lets nobody in."""
    response = ask(profile, credentials.for_network(None), "GET", "/networks/v1")
    return None if response.status_code in (404, 405) else read_networks(response)


def must_find_networks(profile: Profile, credentials: Credentials) -> list[Network]:
    """They; `ApiError` where the API does not tell."""
    response: httpx2.Response = ask(profile, credentials.for_network(None), "GET", "/networks/v1")
    return read_networks(response)
