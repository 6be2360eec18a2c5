"""From a profile to what calls with it: credentials, and the one HTTP client of a command."""

import httpx2

from frontdesk_client.basic import BasicCredentials
from frontdesk_client.cli.cabinet import Cabinet
from frontdesk_client.cli.profiles import Profile
from frontdesk_client.cli.speech import PROGRAM, Refused
from frontdesk_client.connect import Connect
from frontdesk_client.credentials import Credentials
from frontdesk_client.errors import FrontdeskError
from frontdesk_client.oauth import OAuth

SECONDS = 60.0


def open_connect(cabinet: Cabinet, profile: Profile, secret: str | None) -> Connect:
    """What connects and revokes."""
    return Connect(
        profile.client_id,
        secret,
        cabinet.store,
        endpoints=profile.endpoints,
        redirect_uri=profile.redirect_uri,
        scopes=profile.scopes,
    )


def open_credentials(cabinet: Cabinet, profile: Profile, *, network: str | None = None) -> Credentials:
    """What calls are let in with; `Refused` where nobody is logged in."""
    secret = cabinet.secret(profile)
    if profile.kind == "basic":
        if secret is None:
            raise _not_logged_in(profile)
        return open_pair(profile, secret, network=network)
    if cabinet.store.load(profile.name) is None or (secret is None and not profile.is_public):
        raise _not_logged_in(profile)
    return OAuth(
        profile.client_id,
        secret,
        cabinet.store,
        endpoints=profile.endpoints,
        name=profile.name,
        network=network or profile.network,
        network_header=profile.network_header,
    )


def open_pair(profile: Profile, secret: str, *, network: str | None = None) -> BasicCredentials:
    """A client id and secret by HTTP Basic: a network's pair, or what an app asks for explanations with."""
    return BasicCredentials(
        profile.client_id,
        secret,
        api=profile.endpoints.api,
        network=network or (profile.network if profile.kind == "basic" else None),
        network_header=profile.network_header,
    )


def ask(
    profile: Profile,
    credentials: Credentials,
    method: str,
    path: str,
    *,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
) -> httpx2.Response:
    """One call to the profile's API, at a path of it. Redirects are not followed."""
    try:
        with httpx2.Client(auth=credentials, timeout=SECONDS) as client:
            return client.request(method, profile.endpoints.api[0].rstrip("/") + path, headers=headers, content=body)
    except httpx2.HTTPError as error:
        reason = type(error).__name__
    except httpx2.InvalidURL:
        reason = "this is no address"
    raise FrontdeskError(f"{method} {profile.endpoints.api[0]}: no answer ({reason}). Is the address right?")


def _not_logged_in(profile: Profile) -> Refused:
    return Refused(f'nobody is logged in as "{profile.name}"', f"{PROGRAM} login --profile {profile.name}")
