"""What a fake authority hands to a test: networks, apps, and connections between them."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network with the Basic pair that it has now."""

    id: str
    title: str
    owner: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A partner's registered app. One without a secret (None) is public."""

    name: str
    client_id: str
    client_secret: str | None = field(repr=False)
    redirect_uri: str
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What a user let an app do in some networks, with the tokens of one token answer."""

    app: App
    user: str
    networks: tuple[Network, ...]
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    scope: str

    @property
    def network(self) -> Network:
        """The first of its networks."""
        return self.networks[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request that came, in the order in which they were answered. `status` is None where the answer was lost."""

    method: str
    path: str
    status: int | None
