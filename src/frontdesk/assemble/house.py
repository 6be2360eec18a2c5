"""An open house: the store with its keys, and what else outlives a request."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from frontdesk.assemble.key_room import KeyRoom
from frontdesk.flows.accounts import Accounts
from frontdesk.flows.adoption import Adoptions
from frontdesk.flows.app_administration import AppAdministration
from frontdesk.flows.app_security import AppSecurity
from frontdesk.flows.diagnosis import Diagnostics
from frontdesk.flows.explanations import Explanations, Kept, NoteBook
from frontdesk.flows.invitations import Invitations
from frontdesk.flows.leaks import Leaks
from frontdesk.flows.letters import Letterhead
from frontdesk.flows.mail_quota import MAILS_AN_HOUR, MailQuota
from frontdesk.flows.makers import Makers
from frontdesk.flows.members import Members
from frontdesk.flows.needs import Clock, Limiter, Mint, PostOffice, Store, Witness
from frontdesk.flows.network_administration import NetworkAdministration
from frontdesk.flows.notices import Notices
from frontdesk.flows.operating import Operating
from frontdesk.flows.pairs import PairMaker
from frontdesk.flows.partners import Partners
from frontdesk.protocol.ids import DAY, NetworkId, uuid_bytes, uuid_text
from frontdesk.protocol.partners import TEST_PAGE
from frontdesk.protocol.records import Role
from frontdesk.runtime import failpoints
from frontdesk.runtime.clock import SystemClock
from frontdesk.runtime.keys import KeyFileError, make_ring, making, open_keys
from frontdesk.runtime.letter_html import Look
from frontdesk.runtime.local_limiter import LocalLimiter
from frontdesk.runtime.mail import open_post_office
from frontdesk.runtime.mint import Mint as KeyedMint
from frontdesk.runtime.randomness import Randomness
from frontdesk.runtime.signing import PublishedKeys, Signing
from frontdesk.runtime.witness import Witness as LoggingWitness
from frontdesk.settings import Settings, accents_of, inclusion_of, role_scopes_of
from frontdesk.storage import SqliteStore, open_sqlite

DATABASE_FILE = "frontdesk.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What every way in needs."""

    settings: Settings
    store: Store
    clock: Clock
    mint: Mint
    signing: Signing
    post_office: PostOffice
    witness: Witness
    limiter: Limiter
    keys: KeyRoom | None = None  # None: they are kept nowhere

    @property
    def pairs(self) -> PairMaker:
        """Makes Basic pairs, with or without their secrets kept."""
        return PairMaker(mint=self.mint, keeps_secrets=self.settings.secrets == "sealed")

    @property
    def keeps_members(self) -> bool:
        """Whether networks' people are changed here, and not in a database elsewhere."""
        return self.settings.members == "here"

    def checks_mac(self, purpose: str, content: str, said: str) -> bool:
        """Whether `said` is the proof over `content` under a key in force now, whatever state the store is in."""
        self.mint.freshen()
        return self.mint.checks_mac(purpose, content, said)

    def publish_keys(self) -> PublishedKeys:
        """The keys that the API may check assertions with, as they are now."""
        self.mint.freshen()
        return self.signing.publish(now=self.clock.now())

    def open_notices(self, scope_words: Mapping[str, str] | None = None) -> Notices:
        """What tells people by mail what happened; one a process, because it counts."""
        settings = self.settings
        return Notices(
            store=self.store,
            post=self.post_office,
            witness=self.witness,
            head=Letterhead(product=settings.product_name, issuer=settings.issuer),
            scope_words=scope_words or {},
            inclusion=inclusion_of(settings),
            # The workers of a host count apart, and share what a person gets.
            quota=MailQuota(an_hour=-(-MAILS_AN_HOUR // settings.workers)),
        )

    def open_partners(self, notices: Notices, known_scopes: Callable[[], frozenset[str] | None]) -> Partners:
        """What partners do, and operators in their place."""
        settings = self.settings
        return Partners(
            store=self.store,
            clock=self.clock,
            mint=self.mint,
            notices=notices,
            known_scopes=known_scopes,
            test_page=settings.issuer + TEST_PAGE,
            sign_up=settings.partner_sign_up,
            test_network=NetworkId(settings.partner_test_network) if settings.partner_test_network else None,
            inclusion=inclusion_of(settings),
        )

    def open_makers(self, partners: Partners) -> Makers:
        """Who an app's people are; one a process, because it counts mails."""
        return Makers(store=self.store, clock=self.clock, mint=self.mint, post=self.post_office, partners=partners)

    def open_app_administration(self, partners: Partners) -> AppAdministration:
        """What operators do in the place of an app's makers."""
        store, clock = self.store, self.clock
        return AppAdministration(
            store=store,
            clock=clock,
            partners=partners,
            security=AppSecurity(store=store, clock=clock, mint=self.mint, partners=partners),
            operating=Operating(store=store, clock=clock, notices=partners.notices),
        )

    def open_network_administration(self, notices: Notices) -> NetworkAdministration:
        """What operators do in the place of a network's owner."""
        store, clock = self.store, self.clock
        cap = self.settings.grants_per_connection
        return NetworkAdministration(
            store=store,
            clock=clock,
            notices=notices,
            adoptions=Adoptions(store=store, clock=clock, notices=notices, cap=cap),
            kept_here=self.keeps_members,
        )

    def open_accounts(self, notices: Notices) -> Accounts:
        """What operators do to people's accounts."""
        return Accounts(store=self.store, clock=self.clock, notices=notices, offered=self.settings.languages)

    def open_explanations(self, notes: NoteBook | None = None) -> Explanations:
        """What tells why calls were refused; without notes of its own it only reads what others wrote."""
        settings = self.settings
        inclusion = inclusion_of(settings)
        return Explanations(
            store=self.store,
            clock=self.clock,
            diagnostics=Diagnostics(
                store=self.store,
                mint=self.mint,
                offered_roles=frozenset(Role(role) for role in settings.picker_roles),
                inclusion=inclusion,
                role_scopes=role_scopes_of(settings, inclusion),
            ),
            notes=notes,
            kept=Kept(rows=settings.explain_kept, age=settings.explain_days * DAY),
        )

    def open_leaks(self, notices: Notices) -> Leaks:
        """What examines and ends leaked values."""
        return Leaks(
            store=self.store,
            clock=self.clock,
            mint=self.mint,
            witness=self.witness,
            notices=notices,
            pairs=self.pairs,
            ends_secrets=self.settings.leaked_secrets == "end",
        )

    def open_invitations(self, notices: Notices) -> Invitations:
        """A network's people, and inviting others."""
        return Invitations(
            store=self.store,
            clock=self.clock,
            mint=self.mint,
            notices=notices,
            witness=self.witness,
            members=Members(store=self.store, clock=self.clock, notices=notices, kept_here=self.keeps_members),
        )


@asynccontextmanager
async def open_house(
    settings: Settings, *, create: bool = False, limiter: Limiter | None = None
) -> AsyncIterator[House]:
    """Open the data folder: database and keys, made together where there is neither and `create` is set.

    Raises KeyFileError or a storage error, with a sentence for people, where the folder cannot be used.
    """
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        store = await (_make_or_open(settings.data) if create else _open(settings.data))
        stack.push_async_callback(store.aclose)
        keys = KeyRoom(settings.data, store=store, clock=clock)
        await keys.refuse_old_keys()
        post_office = open_post_office(
            settings.mail, settings.mail_from, language=settings.languages[0], look=_look_of(settings)
        )
        stack.push_async_callback(post_office.aclose)
        yield House(
            settings=settings,
            store=store,
            clock=clock,
            mint=keys.mint,
            signing=keys.signing,
            post_office=post_office,
            witness=LoggingWitness(),
            limiter=limiter or LocalLimiter(),
            keys=keys,
        )


def _look_of(settings: Settings) -> Look:
    light, dark = accents_of(settings)
    return Look(product=settings.product_name, accent=light.hex, accent_dark=dark.hex)


async def _open(folder: Path, *, identity: bytes | None = None) -> SqliteStore:
    failpoint = failpoints.from_environment(os.environ)
    return await open_sqlite(
        folder / DATABASE_FILE, create=identity is not None, identity=identity, failpoint=failpoint
    )


async def _make_or_open(folder: Path) -> SqliteStore:
    """Keys and database are made as one. Keys without their database are no reason to begin anew."""
    with making(folder, DATABASE_FILE) as (has_keys, has_database):
        if has_database:
            return await _open(folder)
        if has_keys:
            raise KeyFileError(
                f"{folder} has keys, but its database {DATABASE_FILE} is missing",
                f"restore {DATABASE_FILE} from your backup; to begin anew, name another folder with --data",
            )
        return await _open(folder, identity=uuid_bytes(open_keys(folder, database_id=None).database_id))


def house_of(settings: Settings, *, store: Store, clock: Clock, post_office: PostOffice, witness: Witness) -> House:
    """A house around a given store, with keys that are kept nowhere: for tests and for a store in memory."""
    ring = make_ring(uuid_text(bytes(16)))
    return House(
        settings=settings,
        store=store,
        clock=clock,
        mint=KeyedMint(ring, clock, random=Randomness()),
        signing=Signing(ring, random=Randomness()),
        post_office=post_office,
        witness=witness,
        limiter=LocalLimiter(),
    )
