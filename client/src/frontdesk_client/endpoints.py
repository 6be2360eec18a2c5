"""Where an authorization server and its API are. The original has no metadata, so the addresses are plain data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The addresses that the SDK calls.

    `issuer` is what `iss` in a callback must be, None where the server sends none. `api` are addresses whose origins
    may see credentials. `revoke_in_query` puts the token that is revoked into the query, as the original API wants it.
    """

    authorize: str
    token: str
    revoke: str
    networks: str
    api: tuple[str, ...]
    issuer: str | None = None
    revoke_in_query: bool = False

    @classmethod
    def under(
        cls,
        address: str,
        *,
        api: tuple[str, ...] | None = None,
        issuer: str | None = None,
        revoke_in_query: bool = False,
    ) -> "Endpoints":
        """The usual paths under one address ("https://api.example.com"); the API is there too unless said otherwise."""
        root = address.rstrip("/")
        apis = (root,) if api is None else api
        if not apis:
            raise ValueError("name at least one address of the API")
        return cls(
            authorize=f"{root}/oauth2/authorize",
            token=f"{root}/oauth2/token",
            revoke=f"{root}/oauth2/revoke",
            networks=f"{apis[0].rstrip('/')}/networks/v1",
            api=apis,
            issuer=issuer,
            revoke_in_query=revoke_in_query,
        )
