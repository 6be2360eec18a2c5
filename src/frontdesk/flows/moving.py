"""Moving in: what another authorization server knows is taken over, all of it or nothing. docs/moving-in.md."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from frontdesk.flows.needs import Clock, Mint, Origin, Store
from frontdesk.flows.operator import Objection
from frontdesk.flows.pairs import PairMaker, last_four_of
from frontdesk.flows.registration import read_client_scopes
from frontdesk.protocol.foreign_secrets import read_plain_sha256
from frontdesk.protocol.ids import ClientId, CredentialId, Digest, Email, GrantId, Micros, UserId
from frontdesk.protocol.import_list import AppDraft, CredentialDraft, ImportList, TokenDraft, code_id_of
from frontdesk.protocol.import_plan import plan_import
from frontdesk.protocol.moving import AppRow, CredentialRow, NetworkRow, RoleRow, Row, TokenRow, UserRow
from frontdesk.protocol.moving_plan import Asked, Outcome, Plan, Procedure, Verdict
from frontdesk.protocol.records import AuditEvent, Client, Edge, Grant, NetworkCredential, Profile
from frontdesk.protocol.scopes import CONTRACT, Inclusion

# Shown in the place of a secret's last four characters, where those are not known or would give too much of it away.
HIDDEN_FOUR = "····"
_LONG_ENOUGH = 16
_NOBODY = Digest(bytes(33))  # proves nothing: no key has the id 0

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """Takes a list over. `known_scopes` is empty where no document says which exist; `cap`: grants a connection."""

    store: Store
    clock: Clock
    mint: Mint
    pairs: PairMaker
    cap: int
    known_scopes: frozenset[str] = frozenset()
    inclusion: Inclusion = field(default=CONTRACT)

    async def take_over(self, rows: Sequence[Row], *, update: bool, commit: bool, origin: Origin) -> Plan:
        """Add what is not there yet. A plan that is refused, and nothing was changed."""
        unknown = self._judge_scopes(of_kind(rows, AppRow))
        if unknown:
            return Plan(verdicts=unknown, changes=())
        now = self.clock.now()
        listed = self._prepare(rows, now, update=update)
        procedure = Procedure(
            asked=_ask(listed),
            decide=partial(plan_import, listed),
            now=now,
            audit=mark(now, origin, "import"),
            commit=commit,
        )
        return await self.store.carry_out(procedure)

    def _judge_scopes(self, apps: Iterable[AppRow]) -> tuple[Verdict, ...]:
        unknown = []
        for app in apps:
            read = read_client_scopes(" ".join(app.scopes), known=self.known_scopes, inclusion=self.inclusion)
            if isinstance(read, Objection):
                detail = f"{read.problem}; {read.hint}" if read.hint else read.problem
                unknown.append(
                    Verdict(line=app.line, kind="app", name=app.client_id, outcome=Outcome.CONFLICT, detail=detail)
                )
        return tuple(unknown)

    def _prepare(self, rows: Sequence[Row], now: Micros, *, update: bool) -> ImportList:
        """Make every id, digest and secret that may be needed: a plan draws nothing."""
        networks, credentials = of_kind(rows, NetworkRow), of_kind(rows, CredentialRow)
        told = {row.network for row in credentials}
        return ImportList(
            networks=networks,
            users=of_kind(rows, UserRow),
            roles=of_kind(rows, RoleRow),
            credentials=tuple(self._draft_credential(row, now) for row in credentials),
            apps=tuple(self._draft_app(row, now) for row in of_kind(rows, AppRow)),
            tokens=tuple(self._draft_token(row, now) for row in of_kind(rows, TokenRow)),
            user_ids=new_user_ids(rows, self.mint),
            spare_credentials={
                row.id: self.pairs.make(row.id, version=1, now=now)[0] for row in networks if row.id not in told
            },
            now=now,
            cap=self.cap,
            update=update,
        )

    def _draft_credential(self, row: CredentialRow, now: Micros) -> CredentialDraft:
        secret = row.secret
        digests, foreign = self._proof_of(row)
        credential = NetworkCredential(
            client_id=row.client_id,
            network_id=row.network,
            version=1,
            last_four=last_four_of(secret),
            secret_digest=digests[0] if digests else _NOBODY,
            created_at=now,
            sealed_secret=self.pairs.keep(row.network, 1, secret) if secret is not None else None,
            foreign_secret=foreign,
        )
        return CredentialDraft(row=row, credential=credential, digests=digests)

    def _proof_of(self, row: AppRow | CredentialRow) -> tuple[tuple[Digest, ...], str | None]:
        """The digests of a secret, the one in force first; else the hash that stands for it until it is used."""
        if row.secret is not None:
            return tuple(self.mint.digests(row.secret)), None
        sha256 = read_plain_sha256(row.secret_hash or "")
        # Of a secret's SHA-256 our own digest can be made at once.
        return (tuple(self.mint.digests_of_hash(sha256)), None) if sha256 is not None else ((), row.secret_hash)

    def _draft_app(self, row: AppRow, now: Micros) -> AppDraft:
        digests, foreign = self._proof_of(row)
        client = Client(
            id=row.client_id,
            name=row.name,
            redirect_uris=row.redirect_uris,
            scopes=row.scopes,
            secret_digest=digests[0] if digests else None,
            profile=row.profile,
            require_pkce=row.profile is Profile.STRICT,
            created_at=now,
            disabled_at=now if row.disabled else None,
            native=row.native,
            foreign_secret=foreign,
        )
        return AppDraft(row=row, client=client, digests=digests)

    def _draft_token(self, row: TokenRow, now: Micros) -> TokenDraft:
        digests = tuple(self.mint.digests_of_hash(row.known_by))
        digest = self.mint.digest_of_hash(row.known_by)
        grant = Grant(
            id=GrantId(self.mint.new_id()),
            user_id=UserId(""),  # known once the address is looked up
            client_id=row.client_id,
            stamp=self.mint.new_stamp(),
            scopes_asked=row.scopes,
            scopes_given=row.scopes,
            edges=tuple(Edge(network_id=network) for network in row.networks),
            refresh_digest=digest,
            code_id=code_id_of(digest),
            created_at=row.issued_at if row.issued_at is not None else now,
        )
        return TokenDraft(row=row, grant=grant, digests=digests)


def of_kind(rows: Iterable[Row], kind: type[R]) -> tuple[R, ...]:
    """The rows of one kind, in their order."""
    return tuple(row for row in rows if isinstance(row, kind))


def new_user_ids(rows: Iterable[Row], mint: Mint) -> dict[Email, UserId]:
    """An id for everybody who may turn out to be new."""
    return {email: UserId(mint.new_id()) for email in emails_of(rows)}


def emails_of(rows: Iterable[Row]) -> dict[Email, None]:
    """The addresses that rows name, each once."""
    found: dict[Email, None] = {}
    for row in rows:
        if isinstance(row, NetworkRow):
            found[row.owner] = None
        elif isinstance(row, UserRow | RoleRow | TokenRow):
            found[row.email] = None
    return found


def mark(now: Micros, origin: Origin, what: str) -> AuditEvent:
    """The audit row of the whole list, and the mark on those of its changes."""
    return AuditEvent(
        at=now,
        action=f"{what}.applied",
        actor=origin.operator,
        address=origin.address,
        request_id=origin.request_id,
        detail=what,
    )


def _ask(listed: ImportList) -> Asked:
    rows: tuple[Row, ...] = (*listed.networks, *listed.users, *listed.roles, *(one.row for one in listed.tokens))
    pairs = {draft.row.client_id for draft in listed.credentials}
    apps = {draft.row.client_id for draft in listed.apps} | {draft.row.client_id for draft in listed.tokens}
    return Asked(
        emails=frozenset(emails_of(rows)),
        users=frozenset(row.id for row in listed.users if row.id is not None),
        networks=frozenset(
            {row.id for row in listed.networks}
            | {row.network for row in listed.roles}
            | {draft.row.network for draft in listed.credentials}
        ),
        # One id is one thing: each is looked up as the other kind too.
        credentials=frozenset(pairs | {CredentialId(app) for app in apps}),
        clients=frozenset(apps | {ClientId(pair) for pair in pairs}),
        tokens=tuple(draft.digests for draft in listed.tokens),
        connections=frozenset((draft.row.email, draft.row.client_id) for draft in listed.tokens),
    )
