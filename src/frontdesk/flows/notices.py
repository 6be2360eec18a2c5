"""Telling people by mail what happened to what is theirs, after it is durable and off the answer's path.

Nothing that goes wrong here undoes or refuses what happened: a letter that cannot be written is lost with an event.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from frontdesk.flows.connection_letters import render_adopted_letter, render_connected_letter, render_taken_back_letter
from frontdesk.flows.credential_letters import render_regenerated_letter, render_revealed_letter
from frontdesk.flows.letters import Circumstances, Letter, Letterhead
from frontdesk.flows.mail_quota import MailQuota
from frontdesk.flows.needs import Origin, PostOffice, Store, StoreUnavailable, Witness
from frontdesk.flows.pair_letters import Deed, render_pair_letter
from frontdesk.flows.partner_letters import render_app_changed_letter
from frontdesk.flows.signin_letters import render_new_browser_letter
from frontdesk.protocol.ids import ClientId, Email, Micros, NetworkId, UserId
from frontdesk.protocol.messages import Text, say_count
from frontdesk.protocol.records import Client, Connection, Grant, Network, NetworkCredential, User
from frontdesk.protocol.scopes import CONTRACT, Inclusion, missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Writes to owners and users, one letter an event and person, at most so many an hour (`quota`).

    `scope_words` says each scope in plain words, as the consent page does.
    """

    store: Store
    post: PostOffice
    witness: Witness
    head: Letterhead
    scope_words: Mapping[str, str] = field(default_factory=dict)
    quota: MailQuota = field(default_factory=MailQuota)
    inclusion: Inclusion = CONTRACT

    async def connected(
        self, client: Client, user: User, connection: Connection, *, before: Connection | None, origin: Origin
    ) -> None:
        """Tell the owners of networks that a consent opened, or opened wider than the one `before` it."""
        new = connection.networks_given
        if before is not None and not missing(connection.scopes_given, before.scopes_given, self.inclusion):
            new = tuple(network for network in new if network not in before.networks_given)
        seen = Circumstances(now=connection.consented_at, address=origin.address)

        def write(networks: Sequence[Network]) -> Letter:
            return render_connected_letter(
                client=client,
                by=user.email,
                networks=networks,
                scopes=connection.scopes_given,
                words=self.scope_words,
                head=self.head,
                seen=seen,
            )

        if new:
            await self._tell_owners("connected", new, write, now=seen.now)

    async def taken_back(self, grant: Grant, *, now: Micros, origin: Origin) -> None:
        """Tell the user and the networks' owners that a grant ended by the word of somebody who proved nothing."""
        seen = Circumstances(now=now, address=origin.address)
        live = [edge.network_id for edge in grant.edges if edge.dropped_at is None]
        try:
            client = await self.store.find_client(ClientId(grant.client_id))
            user = await self.store.find_user(UserId(grant.user_id))
        except StoreUnavailable:
            self.witness.saw("notice.lost", kind="taken_back")
            return
        if client is None or user is None:
            return

        def write(networks: Sequence[Network]) -> Letter:
            return render_taken_back_letter(client=client, by=user.email, networks=networks, head=self.head, seen=seen)

        await self._tell_owners("taken_back", live, write, now=now, everything_to=user)

    def regenerated(self, to: User, network: Network, *, now: Micros, origin: Origin, operator: bool = False) -> None:
        """Tell an owner that the network's credentials were regenerated."""
        seen = Circumstances(now=now, address=origin.address)
        self._send(
            "regenerated",
            to,
            lambda: render_regenerated_letter(network=network, head=self.head, seen=seen, operator=operator),
            now=now,
        )

    def credential(
        self,
        deed: Deed,
        to: User,
        network: Network,
        pair: NetworkCredential,
        *,
        old: NetworkCredential | None = None,
        now: Micros,
        origin: Origin,
        operator: bool = False,
    ) -> None:
        """Tell an owner what was done to one of the network's pairs; `old`: one that goes on beside it for a while."""
        seen = Circumstances(now=now, address=origin.address)
        self._send(
            "credential",
            to,
            lambda: render_pair_letter(
                deed, network=network, pair=pair, old=old, head=self.head, seen=seen, operator=operator
            ),
            now=now,
        )

    def revealed(self, to: User, network: Network, *, now: Micros, origin: Origin) -> None:
        """Tell an owner that the network's secret was shown."""
        seen = Circumstances(now=now, address=origin.address)
        self._send("revealed", to, lambda: render_revealed_letter(network=network, head=self.head, seen=seen), now=now)

    def adopted(self, to: User, by: User, client: Client, network: Network, *, now: Micros) -> None:
        """Tell somebody who left a network that its owner took over an app which they had connected."""
        seen = Circumstances(now=now, address=None)  # where the owner sits is not theirs to know

        def write() -> Letter:
            return render_adopted_letter(client=client, by=by.email, network=network, head=self.head, seen=seen)

        self._send("adopted", to, write, now=now)

    def new_browser(self, to: User, *, now: Micros, origin: Origin) -> None:
        """Tell somebody that a browser which never proved to be theirs signed in as them."""
        seen = Circumstances(now=now, address=origin.address)
        self._send(
            "new_browser", to, lambda: render_new_browser_letter(email=to.email, head=self.head, seen=seen), now=now
        )

    def own(
        self,
        kind: str,
        to: User,
        write: Callable[[Letterhead, Circumstances], Letter],
        *,
        now: Micros,
        origin: Origin,
    ) -> None:
        """Tell somebody of a change of their own account, in the letter that `write` gives."""
        seen = Circumstances(now=now, address=origin.address)
        self._send(kind, to, lambda: write(self.head, seen), now=now)

    async def app_changed(self, client: Client, what: str, by: str, *, now: Micros, origin: Origin) -> None:
        """Tell all of an app's people that one of them changed something about it."""
        seen = Circumstances(now=now, address=origin.address)
        try:
            found = [await self.store.find_user(user_id) for user_id in await self.store.list_app_owners(client.id)]
        except StoreUnavailable:
            self.witness.saw("notice.lost", kind="app_changed")
            return
        write = partial(render_app_changed_letter, client=client, what=what, by=by, head=self.head, seen=seen)
        for person in found:
            if person is not None:
                self._send("app_changed", person, write, now=now)

    async def leaked_token(
        self, write: Callable[[Sequence[Network]], Letter], networks: Sequence[NetworkId], user: User, *, now: Micros
    ) -> None:
        """Tell the user and the networks' owners that a token was found where others can read it, and ended."""
        await self._tell_owners("leaked", networks, write, now=now, everything_to=user)

    def leaked(self, to: User, write: Callable[[], Letter], *, now: Micros) -> None:
        """Tell somebody that something of theirs was found where others can read it."""
        self._send("leaked", to, write, now=now)

    async def _tell_owners(
        self,
        kind: str,
        network_ids: Sequence[NetworkId],
        write: Callable[[Sequence[Network]], Letter],
        *,
        now: Micros,
        everything_to: User | None = None,
    ) -> None:
        """One letter to each owner, of the own networks only; one of all of them to `everything_to`."""
        mine: dict[Email, tuple[User, list[Network]]] = {}
        if everything_to is not None:
            mine[everything_to.email] = (everything_to, [])
        try:
            for network_id in network_ids:
                network = await self.store.find_network(network_id)
                owner = await self.store.find_owner_of(network_id)
                for person in {user.id: user for user in (owner, everything_to) if user is not None}.values():
                    if network is not None:
                        mine.setdefault(person.email, (person, []))[1].append(network)
        except StoreUnavailable:
            self.witness.saw("notice.lost", kind=kind)
            return
        for person, networks in mine.values():
            networks.sort(key=lambda network: (network.title.casefold(), network.id))
            if networks:
                self._send(kind, person, partial(write, networks), now=now)

    def _send(self, kind: str, to: User, write: Callable[[], Letter], *, now: Micros) -> None:
        if to.blocked_at is not None:
            return
        held_back = self.quota.admit(kind, to.email, now=now)
        if held_back is None:
            self.witness.saw("notice.held_back", kind=kind, user_id=to.id)
            return
        letter = write()
        text = letter.text
        if held_back:
            more = say_count(
                "%(count)s more like this one was not sent to you before it.",
                "%(count)s more like this one were not sent to you before it.",
                held_back,
            )
            text = Text(text, "\n", more, "\n")
        try:
            self.post.post(to.email, letter.subject, text, language=to.language)
        except ValueError:
            # What was told of is done and durable: a name that no mail can carry must not turn it into an error.
            self.witness.saw("notice.lost", kind=kind, user_id=to.id)
