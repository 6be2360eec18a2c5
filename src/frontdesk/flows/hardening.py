"""The operator's way from the contract's weak forms to strict clients: who still needs what, and switching it off.

RFC 9700, DESIGN D7. Nothing is switched off while an app used it in the last thirty days, unless the operator insists.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.flows.operator import Objection
from frontdesk.protocol.ids import DAY, SECOND, ClientId, Micros
from frontdesk.protocol.records import AuditEvent, Client, Profile
from frontdesk.protocol.weak_forms import ABOUT, OF_PKCE, UNSEEN_FOR, WeakForm, WeakUse, open_to

ALWAYS_STRICT = Objection(
    problem="an app without a secret is always strict: nothing but its rotating refresh tokens shows a theft",
    hint="leave out --profile compat, or register the app with a secret",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """How a new app is to be treated. A native one (on people's devices) can keep no secret: it is public."""

    profile: Profile | None = None  # None: compat with a secret, strict without
    public: bool = False
    native: bool = False
    require_pkce: bool = False

    @property
    def has_secret(self) -> bool:
        """Whether a secret is made for it."""
        return not (self.public or self.native)

    def settled_profile(self) -> Profile | Objection:
        """The profile in the end."""
        if self.has_secret:
            return self.profile or Profile.COMPAT
        return ALWAYS_STRICT if self.profile is Profile.COMPAT else Profile.STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A form that an app may still use. `since`: its last use, or the app's making where it never used it."""

    form: WeakForm
    use: WeakUse | None
    since: Micros
    in_use: bool

    def days_unseen(self, now: Micros) -> int:
        """For how many whole days it was not needed."""
        return max(0, now - self.since) // DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class AppStanding:
    """What an app may still do that RFC 9700 advises against, and the options that would end it without harm."""

    client: Client
    deviations: tuple[Deviation, ...]
    can_end: str  # options of `frontdesk app change`; empty: nothing yet
    plain_uris: tuple[str, ...]  # http addresses of an app that is not native


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardening:
    """Reports what is in use, and changes how an app is treated."""

    store: Store
    clock: Clock

    async def list_standings(self) -> tuple[AppStanding, ...]:
        """Every enabled app that may still use a weak form, by name."""
        return await self.standings_of(await self.store.list_clients())

    async def standings_of(self, clients: Sequence[Client]) -> tuple[AppStanding, ...]:
        """Of these apps, those that are enabled and may still use a weak form."""
        now = self.clock.now()
        wanted = [client for client in clients if client.disabled_at is None]
        used = await self.store.list_weak_forms(of=[client.id for client in wanted])
        uses = {(use.client_id, use.form): use for use in used}
        standings = []
        for client in wanted:
            found = tuple(_deviation(client, form, uses.get((client.id, form)), now) for form in _open_now(client))
            plain = () if client.native else tuple(uri for uri in client.redirect_uris if uri.startswith("http:"))
            if found or plain:
                standings.append(
                    AppStanding(client=client, deviations=found, can_end=_can_end(found, now), plain_uris=plain)
                )
        return tuple(standings)

    async def change(
        self,
        client_id: str,
        *,
        profile: Profile | None,
        require_pkce: bool | None,
        force: bool,
        origin: Origin,
        actor: str = "",
    ) -> Client | Objection:
        """Treat an app more strictly or less; what is not named stays. What is in use is not ended without `force`.

        `actor`: who does it, where it is not the operator.
        """
        readable = client_id.isascii() and client_id.isprintable()
        client = await self.store.find_client(ClientId(client_id)) if readable else None
        if client is None:
            return no_client(client_id)
        wanted = profile or client.profile
        pkce = client.require_pkce if require_pkce is None else require_pkce
        if wanted is Profile.COMPAT and not client.is_confidential:
            return ALWAYS_STRICT
        now = self.clock.now()
        ended = set(_open_now(client)) - set(open_to(wanted, require_pkce=pkce))
        needed = [
            use
            for use in await self.store.list_weak_forms(of=[client.id])
            if use.form in ended and ABOUT[use.form].breaks and use.is_recent(now)
        ]
        if needed and not force:
            return _still_needed(client, needed)
        audit = AuditEvent(
            at=now,
            action="client.profile_changed",
            actor=actor or origin.operator,
            client_id=client.id,
            address=origin.address,
            request_id=origin.request_id,
            detail=_told(client.profile, client.require_pkce, to=_told(wanted, pkce), forced=bool(needed)),
        )

        if not await self.store.set_client_profile(client_id=client.id, profile=wanted, require_pkce=pkce, audit=audit):
            return no_client(client_id)
        return await self.store.find_client(client.id) or client


def no_client(client_id: str) -> Objection:
    """There is no such app; what was typed is shown without what could move a cursor."""
    shown = "".join(c if c.isprintable() else "?" for c in client_id[:80])
    return Objection(problem=f'no app "{shown}"', hint="list them with 'frontdesk app list'", missing=True)


def _deviation(client: Client, form: WeakForm, use: WeakUse | None, now: Micros) -> Deviation:
    since = client.created_at if use is None else use.last_at
    return Deviation(form=form, use=use, since=since, in_use=use is not None and use.is_recent(now))


def _can_end(deviations: tuple[Deviation, ...], now: Micros) -> str:
    needed = {found.form for found in deviations if ABOUT[found.form].breaks and now - found.since < UNSEEN_FOR}
    if deviations and not needed:
        return "--profile strict"
    return "--require-pkce" if {found.form for found in deviations} >= OF_PKCE and not needed & OF_PKCE else ""


def _open_now(client: Client) -> tuple[WeakForm, ...]:
    return open_to(client.profile, require_pkce=client.require_pkce)


def _still_needed(client: Client, uses: list[WeakUse]) -> Objection:
    lines = [f"{client.name} still needs what this would switch off"]
    for use in uses:
        day = datetime.fromtimestamp(use.last_at // SECOND, UTC).strftime("%Y-%m-%d")
        lines.append(f"{ABOUT[use.form].text}: {use.uses} time{'' if use.uses == 1 else 's'}, last on {day}")
    return Objection(
        problem="\n".join(lines),
        hint="ask its makers to change it and try again 30 days after the last use, or add --force",
    )


def _told(profile: Profile, require_pkce: bool, *, to: str = "", forced: bool = False) -> str:
    told = f"{profile.value}{' with PKCE' if require_pkce else ''}{f' to {to}' if to else ''}"
    return f"{told} by force" if forced else told
