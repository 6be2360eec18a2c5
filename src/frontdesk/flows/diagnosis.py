"""Whose credential a refused call came with, and what was wrong with it: looked up again, beside the answers.

What only claims to be somebody's is nobody's: a token counts once its MAC is proven, a Basic pair by its id if that is
in force. Nothing here is an answer: the call was decided before, by the same records or by those of a moment earlier.
"""

import re
from dataclasses import dataclass, replace

from frontdesk.flows.needs import Mint, Store
from frontdesk.flows.prove import which_secret
from frontdesk.flows.recall import Recalled, RecalledOwn, recall_grant, recall_pointed
from frontdesk.protocol import tokens
from frontdesk.protocol.access import AccessClaims, Admission, AppCaller, NetworkCaller, judge_grant, live_networks
from frontdesk.protocol.causes import Cause
from frontdesk.protocol.errors import Reason
from frontdesk.protocol.explanations import CallNote
from frontdesk.protocol.headers import BasicPair, read_credential
from frontdesk.protocol.ids import ClientId, CredentialId, GrantId, Micros, NetworkId, UserId, read_uuid
from frontdesk.protocol.leaks import KINDS, kind_of
from frontdesk.protocol.narrowed_access import has_ended
from frontdesk.protocol.own_tokens import judge_own_grant, own_scopes_now
from frontdesk.protocol.records import Grant, NetworkCredential, Role
from frontdesk.protocol.role_scopes import NO_LIMITS, RoleScopes, readers
from frontdesk.protocol.scopes import CONTRACT, Inclusion, Scopes, token_scopes

# Our own ids have no other form; one that was imported is kept only where it is known, for it could be anything.
_OUR_ID = re.compile(r"fd[nc]i_[0-9A-Za-z]{22}")
# What a call was refused for where its credential says why; for other reasons it only says whose it is.
_CAUSED = frozenset({Reason.NO_CREDENTIAL, Reason.BAD_CREDENTIAL, Reason.SECRET_UNCHECKED, Reason.NETWORK_FORBIDDEN})
# What a pair was narrowed to says it all.
_NARROWED = {
    Reason.ADDRESS_FORBIDDEN: Cause.OTHER_ADDRESS,
    Reason.READ_ONLY: Cause.READ_ONLY,
    Reason.OPERATION_FORBIDDEN: Cause.OTHER_OPERATION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Who called, as far as that is proven or claimed with an id in force; fields as in `NotedDecision`."""

    scheme: str = ""
    is_proven: bool = False
    credential: str = ""
    client_id: str = ""
    grant_id: GrantId | None = None
    user_id: UserId | None = None
    network_id: NetworkId | None = None
    cause: Cause | None = None
    cause_at: Micros | None = None
    held: Scopes = ()
    open_networks: tuple[NetworkId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostics:
    """Looks at noted calls."""

    store: Store
    mint: Mint
    offered_roles: frozenset[Role]
    inclusion: Inclusion = CONTRACT
    role_scopes: RoleScopes = NO_LIMITS

    async def examine(self, note: CallNote) -> Diagnosis:
        """What can be told of a call's credential. Raises StoreUnavailable."""
        reason = note.refusal.reason if note.refusal is not None else None
        found = await self._examine(note)
        if reason in _NARROWED:
            return replace(found, cause=_NARROWED[reason], cause_at=None)
        if reason not in _CAUSED:
            return replace(found, cause=None, cause_at=None)
        if reason is Reason.SECRET_UNCHECKED:
            return replace(found, cause=Cause.SECRET_NOT_CHECKED)
        if found.cause in (None, Cause.WORKS_NOW):
            names_network = any(operation.network_places for operation in note.operations)
            is_in_target = reason is Reason.NETWORK_FORBIDDEN and names_network
            return replace(found, cause=Cause.OTHER_NETWORK_IN_TARGET if is_in_target else Cause.WORKS_NOW)
        return found

    async def _examine(self, note: CallNote) -> Diagnosis:
        if note.authorization is None:
            return Diagnosis(cause=Cause.NO_CREDENTIAL)
        credential = read_credential(note.authorization)
        if credential is None:
            return Diagnosis(cause=Cause.MALFORMED)
        if isinstance(credential, BasicPair):
            return await self._basic(credential, note)
        return await self._bearer(credential.value, note)

    async def _basic(self, pair: BasicPair, note: CallNote) -> Diagnosis:
        kind = KINDS.get(pair.user[:5])
        if kind is not None:  # a secret where the id belongs: its value is nothing to keep
            return Diagnosis(scheme="basic", cause=Cause.WRONG_KIND)
        credential_id = CredentialId(pair.user)
        stored = await self.store.find_network_credential(credential_id)
        if stored is None:
            return await self._app_pair(pair)
        if stored.foreign_secret is not None:  # proving it costs what only an answer is worth
            return Diagnosis(
                scheme="basic",
                credential=stored.client_id,
                network_id=stored.network_id,
                cause=Cause.WRONG_SECRET,
            )
        is_proven = self.mint.proves(pair.password, stored.secret_digest)
        found = Diagnosis(
            scheme="basic", is_proven=is_proven, credential=stored.client_id, network_id=stored.network_id
        )
        if not is_proven:
            return replace(found, cause=_wrong_secret(pair.password, tokens.NETWORK_SECRET))
        if has_ended(stored, note.at):
            cause, cause_at = _ended(stored, note.at)
            return replace(found, is_proven=False, cause=cause, cause_at=cause_at)
        is_elsewhere = note.network not in ("", stored.network_id)
        open_networks = (stored.network_id,)
        return replace(found, open_networks=open_networks, cause=Cause.OTHER_NETWORK if is_elsewhere else None)

    async def _app_pair(self, pair: BasicPair) -> Diagnosis:
        """No network's pair: an app's, or nobody's. Its id is kept where it is known, or has the form of ours."""
        client = await self.store.find_client(ClientId(pair.user))
        if client is not None:
            is_proven = which_secret(pair.password, client, mint=self.mint) is not None
            return Diagnosis(scheme="basic", is_proven=is_proven, client_id=client.id, cause=Cause.APP_PAIR)
        shown = pair.user if _OUR_ID.fullmatch(pair.user) else ""
        return Diagnosis(scheme="basic", credential=shown, cause=Cause.UNKNOWN_ID)

    async def _bearer(self, token: str, note: CallNote) -> Diagnosis:
        claims = self.mint.read_access_token(token)
        if claims is None:
            return await self._no_access_token(token)
        recalled = await recall_pointed(self.store, self.store.glance(), GrantId(claims.grant_id))
        if recalled is None:
            gone = Diagnosis(scheme="oauth2", grant_id=GrantId(claims.grant_id), cause=Cause.GRANT_GONE)
            return (
                gone if note.at < claims.expires_at else replace(gone, cause=Cause.EXPIRED, cause_at=claims.expires_at)
            )
        if isinstance(recalled, RecalledOwn):
            return self._own(recalled, claims, note)
        return self._partner(recalled, claims, note)

    async def _no_access_token(self, token: str) -> Diagnosis:
        found = Diagnosis(scheme="oauth2")
        if token.startswith(tokens.ACCESS):
            return replace(found, cause=Cause.UNPROVEN if kind_of(token) else Cause.MISTYPED)
        if token[:5] not in KINDS:
            return replace(found, cause=Cause.NO_TOKEN_OF_OURS)
        found = replace(found, cause=Cause.WRONG_KIND if kind_of(token) else Cause.MISTYPED)
        # A refresh token in an access token's place is its app's mistake, and proven like one.
        grant_id = self.mint.read_refresh_token(token)
        recalled = await recall_grant(self.store, self.store.glance(), grant_id) if grant_id is not None else None
        if recalled is None or not self.mint.proves(token, recalled.grant.refresh_digest):
            return found
        grant = recalled.grant
        return replace(found, grant_id=grant.id, client_id=grant.client_id, user_id=grant.user_id)

    def _partner(self, recalled: Recalled, claims: AccessClaims, note: CallNote) -> Diagnosis:
        grant, user, client = recalled.grant, recalled.user, recalled.client
        found = Diagnosis(
            scheme="oauth2",
            client_id=grant.client_id,
            grant_id=grant.id,
            user_id=grant.user_id,
            network_id=_concerned(grant, note.network),
        )
        if grant.stamp != claims.stamp:
            return replace(found, cause=Cause.TOKENS_REVOKED)
        # What a refresh would not help against is told first.
        match judge_grant(grant, user, client):
            case Reason.GRANT_REVOKED:
                return replace(found, cause=Cause.GRANT_REVOKED, cause_at=grant.revoked_at)
            case Reason.USER_BLOCKED:
                blocked_at = user.blocked_at if user is not None else None
                return replace(
                    found, cause=Cause.USER_BLOCKED if user is not None else Cause.USER_GONE, cause_at=blocked_at
                )
            case Reason.CLIENT_DISABLED:
                return replace(
                    found, cause=Cause.APP_DISABLED, cause_at=client.disabled_at if client is not None else None
                )
            case _:
                pass
        if note.at >= claims.expires_at:
            return replace(found, cause=Cause.EXPIRED, cause_at=claims.expires_at)
        assert user is not None
        networks = live_networks(grant, user, offered_roles=self.offered_roles)
        scopes = token_scopes(grant.scopes_asked, claims.scope_mask, grant.scopes_given, self.inclusion)
        role = user.roles.get(found.network_id) if found.network_id is not None else None
        told = self.role_scopes.told(scopes, role)
        reads_first = any(edge.reads_only and edge.network_id == found.network_id for edge in grant.edges)
        held = readers(self.role_scopes.inclusion).told(told, role) if reads_first else told
        found = replace(found, is_proven=True, open_networks=networks, held=held)
        if note.refusal is not None and note.refusal.reason is Reason.INSUFFICIENT_SCOPE and held != told:
            return replace(found, cause=Cause.READS_FIRST)
        if note.refusal is None or note.refusal.reason is not Reason.NETWORK_FORBIDDEN:
            return found
        cause, at = _closed(grant, note.network, networks)
        return replace(found, cause=cause, cause_at=at)

    def _own(self, recalled: RecalledOwn, claims: AccessClaims, note: CallNote) -> Diagnosis:
        own, client = recalled.own_grant, recalled.client
        found = Diagnosis(scheme="oauth2", client_id=own.client_id, grant_id=own.id)
        if own.stamp != claims.stamp:
            return replace(found, cause=Cause.TOKENS_REVOKED)
        if client is None or judge_own_grant(own, client, claims.stamp) is not None:
            disabled_at = client.disabled_at if client is not None else None
            return replace(found, cause=Cause.APP_DISABLED, cause_at=disabled_at)
        if note.at >= claims.expires_at:
            return replace(found, cause=Cause.EXPIRED, cause_at=claims.expires_at)
        scopes = own_scopes_now(own, client, claims.scope_mask, self.inclusion)
        if not scopes:
            return replace(found, cause=Cause.NO_SCOPES_LEFT)
        is_closed = note.refusal is not None and note.refusal.reason is Reason.NETWORK_FORBIDDEN
        return replace(found, is_proven=True, held=scopes, cause=Cause.NOT_IN_GRANT if is_closed else None)


def recognise(admission: Admission) -> Diagnosis:
    """Who made a call that was let in."""
    caller = admission.caller
    if caller is None:
        return Diagnosis()
    found = Diagnosis(scheme=admission.scheme, is_proven=True, network_id=admission.network_id, held=admission.scopes)
    if isinstance(caller, NetworkCaller):
        return replace(found, credential=caller.client_id, network_id=caller.network_id)
    if isinstance(caller, AppCaller):
        return replace(found, client_id=caller.client.id, grant_id=caller.own_grant.id)
    return replace(found, client_id=caller.client.id, grant_id=caller.grant.id, user_id=caller.user.id)


def _ended(pair: NetworkCredential, at: Micros) -> tuple[Cause, Micros | None]:
    """Which end a pair has come to, and when."""
    if pair.retires_at is not None and at >= pair.retires_at:
        return Cause.PAIR_RETIRED, pair.retires_at
    return Cause.PAIR_EXPIRED, pair.narrowing.expires_at


def _wrong_secret(password: str, prefix: str) -> Cause:
    """What is wrong with a secret that proves nothing."""
    kind = KINDS.get(password[:5])
    if kind is None:
        return Cause.WRONG_SECRET
    if kind_of(password) is None:
        return Cause.MISTYPED
    return Cause.WRONG_SECRET if kind.prefix == prefix else Cause.WRONG_KIND


def _concerned(grant: Grant, named: str) -> NetworkId | None:
    """The network whose owner a grant's call concerns: the one it names, or its only one. It ever had an edge there."""
    if not named:
        return grant.edges[0].network_id if len(grant.edges) == 1 else None
    known = read_uuid(named)
    return next((edge.network_id for edge in grant.edges if edge.network_id == known), None)


def _closed(grant: Grant, named: str, live: tuple[NetworkId, ...]) -> tuple[Cause, Micros | None]:
    """Why a grant does not open the network that was meant."""
    meant = _concerned(grant, named)
    edge = next((edge for edge in grant.edges if edge.network_id == meant), None)
    if edge is None:
        return Cause.NOT_IN_GRANT, None
    if edge.dropped_at is not None:
        return Cause.NETWORK_DROPPED, edge.dropped_at
    return (Cause.WORKS_NOW if edge.network_id in live else Cause.NO_ROLE), None
