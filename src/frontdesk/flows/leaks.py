"""Ending what leaked: a reported or found token ends at once, a secret's owner is told, and everybody concerned.

A secret is not ended unless the setting says so: its network's or app's programs would all stop at that moment, by the
word of whoever reported it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from frontdesk.flows.exposures import Exposure, Exposures
from frontdesk.flows.leak_letters import (
    render_leaked_secret_letter,
    render_leaked_session_letter,
    render_leaked_token_letter,
)
from frontdesk.flows.letters import Circumstances, Letter
from frontdesk.flows.needs import Clock, Mint, Origin, Store, Witness
from frontdesk.flows.notices import Notices
from frontdesk.flows.own_token import end_own_tokens
from frontdesk.flows.pairs import PairMaker
from frontdesk.flows.prove import which_secret
from frontdesk.protocol.ids import DAY, Micros, NetworkId
from frontdesk.protocol.leaks import kind_of
from frontdesk.protocol.records import (
    AdminKey,
    AuditEvent,
    AuthorizationCode,
    Client,
    Grant,
    Network,
    NetworkCredential,
    OwnGrant,
    ResourceServer,
    Session,
    User,
)

REPORTER = "leak-report"  # who acts, in the audit rows
TOLD_AGAIN = DAY  # a secret that stays in force is told of once in this time, however often it is reported
_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One value that somebody found; `place` says where, as `leaks.read_place` lets it through."""

    token: str = field(repr=False)
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaks:
    """Examines and ends. `ends_secrets`: end secrets too, instead of telling their owners."""

    store: Store
    clock: Clock
    mint: Mint
    witness: Witness
    notices: Notices
    pairs: PairMaker
    ends_secrets: bool = False

    @property
    def exposures(self) -> Exposures:
        """What judges values."""
        return Exposures(store=self.store, mint=self.mint)

    async def report(self, reports: Sequence[Report], *, origin: Origin) -> list[bool]:
        """Take a report in: for each, whether it was ever a value of this installation. Again does no harm."""
        places = {report.token: report.place for report in reversed(reports) if kind_of(report.token) is not None}
        exposures = await self.exposures.examine(list(places), self.clock.now())
        for start in range(0, len(exposures), _AT_ONCE):  # side by side, so that they share commits
            await asyncio.gather(
                *(
                    self.end(exposure, place=places[exposure.value], actor=REPORTER, origin=origin)
                    for exposure in exposures[start : start + _AT_ONCE]
                )
            )
        ours = {exposure.value for exposure in exposures if exposure.holder is not None}
        return [report.token in ours for report in reports]

    async def seen_in_url(self, value: str, *, origin: Origin) -> None:
        """A token came in a URL, where logs and proxies read it: end it if it lives. Secrets are not looked for."""
        kind = kind_of(value)
        if kind is None or kind.is_secret:
            return
        for exposure in await self.exposures.examine([value], self.clock.now()):
            await self.end(exposure, place="the URL of a request", actor="leak-in-url", origin=origin)

    async def end(self, exposure: Exposure, *, place: str, actor: str, origin: Origin) -> bool:
        """End what lives, write it down, tell whom it concerns; whether this very call ended something."""
        if not exposure.alive:
            return False
        match exposure.holder:
            case Grant() as grant:
                return await self._end_grant(exposure, grant, place, actor, origin)
            case OwnGrant() as own:
                return await end_own_tokens(
                    own, actor=actor, origin=origin, store=self.store, clock=self.clock, mint=self.mint
                )
            case AuthorizationCode() as code:
                audit = self._audit("code.voided", exposure, place, actor, origin)
                return await self.store.void_code(code_id=code.id, now=audit.at, audit=audit)
            case Session() as session:
                return await self._end_session(exposure, session, place, actor, origin)
            case NetworkCredential() as pair:
                return await self._network_secret(exposure, pair, place, actor, origin)
            case Client() | ResourceServer() as holder:
                return await self._held_secret(exposure, holder, place, actor, origin)
            case AdminKey() as key:
                audit = self._audit("admin_key.revoked", exposure, place, actor, origin)
                ended = await self.store.revoke_admin_key(key_id=key.id, audit=audit)
                if ended:
                    # Its maker's address is not known: the log tells whoever runs this.
                    self.witness.saw("admin_key.leaked_and_ended", name=key.name)
                return ended
            case None:
                return False

    async def _end_grant(self, exposure: Exposure, grant: Grant, place: str, actor: str, origin: Origin) -> bool:
        audit = self._audit("grant.revoked", exposure, place, actor, origin)
        if not await self.store.revoke_grant(grant_id=grant.id, now=audit.at, audit=audit):
            return False
        client, user = exposure.client, exposure.user
        if client is None or user is None:
            return True

        def write(networks: Sequence[Network]) -> Letter:
            return render_leaked_token_letter(
                what=exposure.kind.words,
                client=client,
                by=user.email,
                networks=networks,
                place=place,
                head=self.notices.head,
                seen=_seen(audit, actor),
            )

        await self.notices.leaked_token(write, [network.id for network in exposure.networks], user, now=audit.at)
        return True

    async def _end_session(self, exposure: Exposure, session: Session, place: str, actor: str, origin: Origin) -> bool:
        audit = self._audit("session.ended", exposure, place, actor, origin)
        if not await self.store.end_leaked_session(session_id=session.id, audit=audit):
            return False
        if exposure.user is not None:
            self.notices.leaked(
                exposure.user,
                lambda: render_leaked_session_letter(place=place, head=self.notices.head, seen=_seen(audit, actor)),
                now=audit.at,
            )
        return True

    async def _network_secret(
        self, exposure: Exposure, pair: NetworkCredential, place: str, actor: str, origin: Origin
    ) -> bool:
        ended = False
        if self.ends_secrets:
            audit = self._audit("credential.regenerated", exposure, place, actor, origin)
            # Its new secret is told to nobody here: the owner sees it in the account, or makes another.
            # What replaced it is nobody's to know, and stays in force.
            if pair.retires_at is not None:
                ended = await self.store.end_credential(
                    client_id=pair.client_id, network_id=pair.network_id, version=pair.version, audit=audit
                )
            else:
                there = await self.store.list_credentials_of(pair.network_id)
                fresh, _ = self.pairs.succeed(pair, there, now=audit.at)
                ended = await self.store.regenerate_credential(
                    credential=fresh, replaces_version=pair.version, audit=audit
                )
            is_news = ended
        else:
            audit = self._audit("credential.leaked", exposure, place, actor, origin)
            is_news = await self._is_news(audit)
        owner = await self.store.find_owner_of(pair.network_id) if is_news else None
        for network in exposure.networks if owner is not None else ():
            self._tell_owner(owner, network, place, ended=ended, seen=_seen(audit, actor))
        return ended

    def _tell_owner(
        self, owner: User | None, network: Network, place: str, *, ended: bool, seen: Circumstances
    ) -> None:
        if owner is not None:
            self.notices.leaked(
                owner,
                lambda: render_leaked_secret_letter(
                    network=network, place=place, ended=ended, head=self.notices.head, seen=seen
                ),
                now=seen.now,
            )

    async def _held_secret(
        self, exposure: Exposure, holder: Client | ResourceServer, place: str, actor: str, origin: Origin
    ) -> bool:
        """An app's or resource server's: nobody's address is known, so that the log tells whoever runs this."""
        word = "client" if isinstance(holder, Client) else "resource_server"
        leaked = holder.secret_digest
        if isinstance(holder, Client):
            leaked = which_secret(exposure.value, holder, mint=self.mint)
        if self.ends_secrets and leaked is not None:
            audit = self._audit(f"{word}.secret_ended", exposure, place, actor, origin)
            nobodys = self.mint.digest(self.mint.new_secret(exposure.kind.prefix))
            ended = await self.store.replace_leaked_secret(
                exposure.kind.prefix,
                holder=holder.id,
                replaces=leaked,
                digest=nobodys,
                now=audit.at,
                audit=audit,
            )
            if ended:
                self.witness.saw("secret.leaked_and_ended", client_id=holder.id)
            return ended
        audit = self._audit(f"{word}.secret_leaked", exposure, place, actor, origin)
        if await self._is_news(audit):
            self.witness.saw("secret.leaked", client_id=holder.id)
        return False

    async def _is_news(self, audit: AuditEvent) -> bool:
        return await self.store.note_once(audit=audit, since=Micros(audit.at - TOLD_AGAIN))

    def _audit(self, action: str, exposure: Exposure, place: str, actor: str, origin: Origin) -> AuditEvent:
        holder, client, user = exposure.holder, exposure.client, exposure.user
        about: str | None = client.id if client is not None else None
        network: NetworkId | None = None
        if isinstance(holder, NetworkCredential):
            about, network = holder.client_id, holder.network_id
        elif isinstance(holder, ResourceServer):
            about = holder.id
        return AuditEvent(
            at=self.clock.now(),
            action=action,
            actor=actor,
            network_id=network,
            client_id=about,
            user_id=user.id if user is not None else None,
            grant_id=holder.id if isinstance(holder, Grant) else None,
            address=origin.address,
            request_id=origin.request_id,
            detail=f"leak: {exposure.kind.words}" + (f", found at {place}" if place else ""),
        )


def _seen(audit: AuditEvent, actor: str) -> Circumstances:
    # The reporter's own address tells the reader nothing; a caller's, in whose URL the token was, does.
    return Circumstances(now=audit.at, address=None if actor == REPORTER else audit.address)
