"""What a profile knows: which server, as whom, for which network. Never a secret."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from frontdesk_client.endpoints import Endpoints

LOOPBACK = "http://127.0.0.1/callback"
NETWORK_HEADER = "spacebring-network-id"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
Kind = Literal["oauth", "basic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One way in. `kind` is oauth for an app's connection, basic for a network's own pair."""

    name: str
    kind: Kind
    server: str
    client_id: str
    is_public: bool
    endpoints: Endpoints
    redirect_uri: str = LOOPBACK
    scopes: str = ""
    network: str | None = None
    network_header: str = NETWORK_HEADER

    def as_text(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self), indent=2) + "\n"


def read_profile(text: str) -> Profile:
    """What `as_text` wrote; `ValueError` for anything else."""
    try:
        said: Mapping[str, Any] = json.loads(text)
        where = Endpoints(**{**said["endpoints"], "api": tuple(said["endpoints"]["api"])})
        return Profile(**{**said, "endpoints": where})
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no profile: {error}") from None


def is_name(text: str) -> bool:
    """Whether a profile may have this name: it becomes a file's, and part of a keyring's entry."""
    return _NAME.fullmatch(text) is not None
