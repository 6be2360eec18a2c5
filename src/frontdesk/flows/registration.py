"""The operator's walks over partners' apps and their grants: what `frontdesk app|grant` does. RFC 7591 §2."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field

from frontdesk.flows.acting import row_of_operator
from frontdesk.flows.hardening import Treatment, no_client
from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.operator import Objection, read_title
from frontdesk.protocol.ids import ClientId, GrantId, read_uuid
from frontdesk.protocol.records import Client, Grant
from frontdesk.protocol.redirects import judge_registration
from frontdesk.protocol.scopes import CONTRACT, Inclusion, Scopes, missing, read_scopes

MAX_REDIRECT_URIS = 20
AS_THE_CONTRACT_SAYS = Treatment()


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshClient:
    """A partner's app with its secret in the clear: the only moment in which it can be told. A public one has none."""

    client: Client
    secret: str = field(repr=False)  # empty: none


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the operator may do to apps and grants. `known_scopes` is empty where no document says which exist."""

    store: Store
    clock: Clock
    mint: Mint
    known_scopes: frozenset[str] = frozenset()
    inclusion: Inclusion = CONTRACT

    async def add_client(
        self,
        name: str,
        *,
        redirect_uris: Sequence[str],
        scope: str,
        own_scope: str = "",
        treatment: Treatment = AS_THE_CONTRACT_SAYS,
        origin: Origin,
    ) -> FreshClient | Objection:
        """Register a partner's app; its secret is told once. `own_scope`: what it may do without a user."""
        named = read_title(name, what="name")
        if isinstance(named, Objection):
            return named
        profile = treatment.settled_profile()
        if isinstance(profile, Objection):
            return profile
        uris = read_redirect_uris(redirect_uris, is_native=treatment.native)
        if isinstance(uris, Objection):
            return uris
        scopes = read_client_scopes(scope, known=self.known_scopes, inclusion=self.inclusion)
        if isinstance(scopes, Objection):
            return scopes
        own_scopes = read_own_scopes(own_scope, known=self.known_scopes, inclusion=self.inclusion)
        if isinstance(own_scopes, Objection):
            return own_scopes
        if own_scopes and not treatment.has_secret:
            return Objection(
                problem="an app without a secret can do nothing without a user", hint="leave out --own-scope"
            )
        now = self.clock.now()
        secret = self.mint.new_secret("fdcs_") if treatment.has_secret else ""
        client = Client(
            id=ClientId(self.mint.new_client_id("fdci_")),
            name=named,
            redirect_uris=uris,
            scopes=scopes,
            secret_digest=self.mint.digest(secret) if secret else None,
            profile=profile,
            require_pkce=treatment.require_pkce,
            created_at=now,
            native=treatment.native,
            own_scopes=own_scopes,
        )

        if not await self.store.add_client(
            client=client, audit=row_of_operator("client.created", now, origin, client=client.id)
        ):
            return Objection(problem="this client id is taken", hint="run the command again")
        return FreshClient(client=client, secret=secret)

    async def rotate_secret(self, client_id: str, *, origin: Origin) -> FreshClient | Objection:
        """A new secret for an app; the old one is refused from now on, what users granted stays."""
        client = await self._find_client(client_id)
        if isinstance(client, Objection):
            return client
        if not client.is_confidential:
            return Objection(problem=f"{client.name} is a public app: it has no secret")
        now = self.clock.now()
        secret = self.mint.new_secret("fdcs_")
        audit = row_of_operator("client.secret_rotated", now, origin, client=client.id)

        if not await self.store.set_client_secret(
            client_id=client.id, digest=self.mint.digest(secret), now=now, audit=audit
        ):
            return no_client(client_id)
        return FreshClient(client=client, secret=secret)

    async def set_own_scopes(self, client_id: str, own_scope: str, *, origin: Origin) -> Client | Objection:
        """What an app may do without a user, from now on; "" is nothing. Its living tokens are cut at once."""
        client = await self._find_client(client_id)
        if isinstance(client, Objection):
            return client
        own_scopes = read_own_scopes(own_scope, known=self.known_scopes, inclusion=self.inclusion)
        if isinstance(own_scopes, Objection):
            return own_scopes
        if own_scopes and not client.is_confidential:
            return Objection(problem=f"{client.name} is a public app: it cannot prove that it is itself")
        audit = row_of_operator(
            "client.own_scopes_set", self.clock.now(), origin, client=client.id, detail=" ".join(own_scopes)
        )

        if not await self.store.set_own_scopes(client_id=client.id, own_scopes=own_scopes, audit=audit):
            return no_client(client_id)
        return await self.store.find_client(client.id) or client

    async def revoke_grant(self, grant_id: str, *, origin: Origin) -> Grant | Objection:
        """End a grant for good: its tokens are refused from now on."""
        identity = read_uuid(grant_id)
        grant = await self.store.find_grant(GrantId(identity)) if identity is not None else None
        if grant is None:
            return Objection(
                problem="no grant with this id", hint="list them with 'frontdesk grant list'", missing=True
            )
        now = self.clock.now()
        audit = row_of_operator(
            "grant.revoked", now, origin, client=grant.client_id, user=grant.user_id, grant=grant.id
        )

        if not await self.store.revoke_grant(grant_id=grant.id, now=now, audit=audit):
            return Objection(problem="this grant was revoked before")
        return grant

    async def _find_client(self, client_id: str) -> Client | Objection:
        readable = client_id.isascii() and client_id.isprintable()
        client = await self.store.find_client(ClientId(client_id)) if readable else None
        return client if client is not None else no_client(client_id)


def read_redirect_uris(texts: Sequence[str], *, is_native: bool = False) -> tuple[str, ...] | Objection:
    """The addresses an app may send browsers back to, each fit to be matched byte for byte."""
    uris = tuple(dict.fromkeys(texts))
    if not uris:
        return Objection(problem="an app needs at least one redirect URI", hint="add --redirect-uri https://…")
    if len(uris) > MAX_REDIRECT_URIS:
        return Objection(problem=f"an app may have {MAX_REDIRECT_URIS} redirect URIs, not {len(uris)}")
    for uri in uris:
        problem = judge_registration(uri, is_native=is_native)
        if problem is not None:
            shown = uri if uri.isprintable() and uri.isascii() else ascii(uri)
            return Objection(problem=f"the redirect URI {shown[:200]} is refused: {problem}")
    return uris


def read_client_scopes(text: str, *, known: frozenset[str], inclusion: Inclusion = CONTRACT) -> Scopes | Objection:
    """What an app may ask for: at least one scope, each known to the API's document where there is one."""
    scopes = read_scopes(text)
    if scopes is None:
        return Objection(
            problem="the scopes are malformed", hint='write them as --scope "locations.readonly resources"'
        )
    if not scopes:
        return Objection(problem="an app needs at least one scope", hint='write them as --scope "locations resources"')
    unknown = missing(scopes, tuple(sorted(known)), inclusion) if known else ()
    if not unknown:
        return scopes
    near = difflib.get_close_matches(unknown[0], sorted(known), n=1)
    hint = f'did you mean "{near[0]}"?' if near else f"the API's document knows: {' '.join(sorted(known))}"
    return Objection(problem=f'the API has no scope "{unknown[0]}"', hint=hint)


def read_own_scopes(text: str, *, known: frozenset[str], inclusion: Inclusion = CONTRACT) -> Scopes | Objection:
    """What an app may do without a user; nothing is fine too."""
    return read_client_scopes(text, known=known, inclusion=inclusion) if text.strip(" ,") else ()
