"""What the forms of the permission matrix carry: everything right, so that nothing but the person decides."""

import json
from base64 import b32decode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TypeAlias
from urllib.parse import unquote

from frontdesk.flows.needs import Origin
from frontdesk.flows.passkeys import Offer
from frontdesk.flows.second_factor import SetUp
from frontdesk.protocol.ids import ClientId, Email
from frontdesk.protocol.second_factor import STEP, code_of
from frontdesk.testing.story import OWNER as OLENA
from web.authenticator import Authenticator
from web.town import ADDRESSES, Person, Town, hand_in

Filled: TypeAlias = Mapping[str, str]
Filling: TypeAlias = Callable[[Town, Person], Awaitable[Filled]]


async def nothing(town: Town, who: Person) -> Filled:
    """An empty form."""
    return {}


async def address(town: Town, who: Person) -> Filled:
    """Somebody's address, to be sent a code."""
    return {"email": OLENA}


async def challenge(town: Town, who: Person) -> Filled:
    """A code page on its way, for this browser."""
    visitor = await town.visitor(who)
    origin = Origin(address=None, request_id="r-1")
    asked = await town.desk.sign_in.start(
        town.people[Person.OWNER].email if who is Person.NOBODY else town.people[who].email,
        browser=visitor.browser,
        device=None,
        app=None,
        origin=origin,
    )
    return {"challenge": town.desk.sign_in.seal_challenge(asked)}


async def code(town: Town, who: Person) -> Filled:
    """The right code."""
    filled = await challenge(town, who)
    return {**filled, "code": town.story.login_code(ADDRESSES.get(who, OLENA))}


async def request(town: Town, who: Person) -> Filled:
    """An app's sealed request."""
    return {"request": await town.sealed_request(who)}


async def decision(town: Town, who: Person) -> Filled:
    """Allow, in Northside."""
    return {**await request(town, who), "decision": "allow", "network": town.north.id}


async def pair(town: Town, who: Person) -> Filled:
    """The title, typed, and the version that is in force."""
    return {"title": "Northside", "version": "1"}


async def reveal(town: Town, who: Person) -> Filled:
    """What the owner's page stands for."""
    access = await town.desk.account.open_network(town.people[Person.OWNER], town.north.id)
    return {"request": town.desk.reveal.ticket_of(access.credential)}  # type: ignore[union-attr]


async def named(town: Town, who: Person) -> Filled:
    """What a named pair's forms say, made from the version that is in force."""
    return {"title": "Northside", "version": str(town.reports.version), "name": "Reports", "read_only": "1"}


async def named_reveal(town: Town, who: Person) -> Filled:
    """What the owner's page of a named pair stands for."""
    return {"request": town.desk.reveal.ticket_of(town.reports)}


async def wish(town: Town, who: Person) -> Filled:
    """Another pair's name."""
    return {"name": "Accounting", "addresses": "192.0.2.0/24", "request": str(town.story.clock.now())}


async def narrower(town: Town, who: Person) -> Filled:
    """What the main pair may."""
    return {"version": "1", "read_only": "1"}


async def former(town: Town, who: Person) -> Filled:
    """The former pair of the named one, which goes on."""
    return {"credential": town.former.client_id, "version": str(town.former.version)}


async def operator(town: Town, who: Person) -> Filled:
    """An operator, who is not the last one."""
    return {"user": town.people[Person.OPERATOR].id}


async def search(town: Town, who: Person) -> Filled:
    """How something begins."""
    return {"q": "North"}


async def approval(town: Town, who: Person) -> Filled:
    """Approve the app, which its makers have handed in."""
    await hand_in(town.story, town.unconnected.client_id)
    return {"decision": "approve", "seen": str(town.story.clock.now())}


async def stop(town: Town, who: Person) -> Filled:
    """Out of service, with a reason."""
    return {"to": "stop", "reason": "It misbehaves."}


async def newcomer(town: Town, who: Person) -> Filled:
    """An address that nobody has."""
    return {"email": "new@desk.example"}


async def guest(town: Town, who: Person) -> Filled:
    """The app that the administrator connected."""
    return {"user": town.people[Person.ADMINISTRATOR].id, "client": town.connected.client_id}


async def reading_guest(town: Town, who: Person) -> Filled:
    """The same app, which only reads so far."""
    grants = town.store.grants
    for key, grant in list(grants.items()):
        edges = tuple(replace(edge, reads_only=edge.dropped_at is None) for edge in grant.edges)
        grants[key] = replace(grant, edges=edges)
    return await guest(town, who)


async def left_behind(town: Town, who: Person) -> Filled:
    """What an administrator who left had connected to Northside."""
    (grant,) = await town.store.list_left_grants(town.north.id)
    return {"connection": grant.id}


async def rules(town: Town, who: Person) -> Filled:
    """Rules in the place of none."""
    return {"version": "0", "apps": "listed", f"app.{town.connected.client_id}": "1", "days": "30"}


async def offer(town: Town, who: Person) -> Filled:
    """Northside, to its administrator."""
    return {"receiver": town.people[Person.ADMINISTRATOR].id, "title": "Northside"}


async def invitee(town: Town, who: Person) -> Filled:
    """An address that nobody has, as a member."""
    return {"email": "new@desk.example", "role": "member"}


async def promotion(town: Town, who: Person) -> Filled:
    """Northside's other member, to be an administrator."""
    return {"user": town.colleague.id, "role": "administrator"}


async def colleague(town: Town, who: Person) -> Filled:
    """Northside's other member."""
    return {"user": town.colleague.id}


async def waiting(town: Town, who: Person) -> Filled:
    """The invitation of the partner's."""
    (invitation,) = await town.store.list_invitations(town.north.id, now=town.story.clock.now())
    return {"invitation": invitation.id}


async def giving_code(town: Town, who: Person) -> Filled:
    """What was mailed to Northside's owner."""
    return {"code": town.giving_code}


async def taking_code(town: Town, who: Person) -> Filled:
    """What was mailed to whom Southside is offered."""
    return {"code": town.taking_code}


async def as_csv(town: Town, who: Person) -> Filled:
    """A file for a spreadsheet."""
    return {"format": "csv"}


async def app(town: Town, who: Person) -> Filled:
    """The app that owner and administrator connected."""
    return {"client": town.connected.client_id}


async def edge(town: Town, who: Person) -> Filled:
    """The same, in Northside."""
    return {"client": town.connected.client_id, "network": town.north.id}


async def scope(town: Town, who: Person) -> Filled:
    """Something that the app may do."""
    return {"client": town.connected.client_id, "scope": town.connected.scope.split()[0]}


async def session(town: Town, who: Person) -> Filled:
    """The owner's other browser."""
    return {"session": town.away}


async def everywhere(town: Town, who: Person) -> Filled:
    """The button that signs this browser out too."""
    return {"where": "everywhere"}


async def new_address(town: Town, who: Person) -> Filled:
    """An address that nobody has."""
    return {"email": "somebody@new.example"}


async def own_address(town: Town, who: Person) -> Filled:
    """The address that this person has, typed to confirm."""
    return {"address": ADDRESSES.get(who, "")}


async def both_codes(town: Town, who: Person) -> Filled:
    """The codes of a change of address that this person has just asked for."""
    visitor = await town.visitor(who)
    if visitor.session is None or visitor.user is None:
        return {"old_code": "000000", "new_code": "000000"}
    new = Email("somebody@new.example")
    origin = Origin(address=None, request_id="r-1")
    assert await town.desk.email_changes.start(visitor.user, visitor.session, new, origin=origin) is None
    return {"old_code": town.story.login_code(visitor.user.email), "new_code": town.story.login_code(new)}


async def signature(town: Town, who: Person) -> Filled:
    """What the owner's device answers to this browser's page."""
    visitor = await town.visitor(who)
    offer = town.desk.passkeys.offer_sign_in(visitor.browser)
    assert offer is not None
    return {"challenge": offer.sealed, "credential": town.device.signs(json.loads(offer.question))}


async def new_passkey(town: Town, who: Person) -> Filled:
    """What another device answers that shall keep a passkey for this person."""
    visitor = await town.visitor(who)
    if visitor.session is None or visitor.user is None:
        return {"name": "Laptop", "challenge": "", "credential": ""}
    offer = await town.desk.passkeys.offer_making(visitor.user, visitor.session)
    assert isinstance(offer, Offer)
    made = Authenticator(passkey_id=b"another-passkey").makes(json.loads(offer.question))
    return {"name": "Laptop", "challenge": offer.sealed, "credential": made}


async def passkey(town: Town, who: Person) -> Filled:
    """The owner's passkey."""
    return {"passkey": town.device.passkey_id.hex()}


async def renaming(town: Town, who: Person) -> Filled:
    """The owner's passkey, under another name."""
    return {"passkey": town.device.passkey_id.hex(), "name": "Old phone"}


async def identity(town: Town, who: Person) -> Filled:
    """The account elsewhere that signs the owner in."""
    (linked,) = await town.store.list_identities(town.people[Person.OWNER].id)
    return {"identity": linked.handle}


async def unlinked(town: Town, who: Person) -> Filled:
    """The same, after it was unlinked."""
    filled = await identity(town, who)
    owner, origin = town.people[Person.OWNER], Origin(address=None, request_id="r-1")
    await town.desk.identities.unlink(owner, None, filled["identity"], origin=origin)
    return filled


async def signing_up(town: Town, who: Person) -> Filled:
    """What the link in such an address's mailbox says, in this person's browser."""
    browser, email = (await town.visitor(who)).browser, Email(f"new-{who}@partner.example")
    origin = Origin(address=f"198.51.100.{list(Person).index(who)}", request_id="r-1")
    await town.desk.sign_up.ask(email, browser=browser, origin=origin)
    link = town.story.mail.to(email)[-1].text.partition("request=")[2].split()[0]
    return {"request": unquote(link)}


async def maker(town: Town, who: Person) -> Filled:
    """What somebody is called as a maker of apps."""
    return {"name": "Makers", "homepage": ""}


async def new_app(town: Town, who: Person) -> Filled:
    """What an app says of itself."""
    return {"name": "Lamps", "scope:resources": "required", "redirect_uris": "https://lamps.example/cb"}


async def acceptance(town: Town, who: Person) -> Filled:
    """Become one of the app's makers, and what one is called as such."""
    return {"answer": "accept", "name": "Makers"}


async def landing(town: Town, who: Person) -> Filled:
    """A code that came back to this person's browser, for the partner's app."""
    client = await town.store.find_client(ClientId(town.own_app))
    assert client is not None
    browser = (await town.visitor(who)).browser
    return {"state": town.desk.try_out.state_of(client, browser=browser), "code": "fdac_x"}


async def app_to_set_up(town: Town, who: Person) -> Filled:
    """The first code of an authenticator app that this person's page told of."""
    visitor = await town.visitor(who)
    if visitor.session is None or visitor.user is None:
        return {"set_up": "", "code": "000000"}
    begun = town.desk.second_factors.begin(visitor.user, visitor.session)
    assert isinstance(begun, SetUp)
    step = town.story.clock.now() // STEP
    return {"set_up": begun.sealed, "code": code_of(b32decode(begun.secret), step)}


async def app_in_use(town: Town, who: Person) -> Filled:
    """Nothing, of somebody who has set an app up."""
    visitor, filled = await town.visitor(who), await app_to_set_up(town, who)
    if visitor.session is not None and visitor.user is not None:
        codes = await town.desk.second_factors.enable(
            visitor.user,
            visitor.session,
            sealed=filled["set_up"],
            typed=filled["code"],
            origin=Origin(address=None, request_id="r-1"),
        )
        assert isinstance(codes, tuple)
    return {}


async def second_step(town: Town, who: Person) -> Filled:
    """A recovery code of the owner's, who has just typed the mailbox's code in this browser."""
    owner, visitor = await town.visitor(Person.OWNER), await town.visitor(who)
    filled = await app_to_set_up(town, Person.OWNER)
    assert owner.session is not None
    assert owner.user is not None
    origin = Origin(address=None, request_id="r-1")
    codes = await town.desk.second_factors.enable(
        owner.user, owner.session, sealed=filled["set_up"], typed=filled["code"], origin=origin
    )
    if isinstance(codes, tuple):
        town.recovery_codes = codes
    step = town.desk.sign_in.seal_first_step(owner.user, visitor.browser)
    return {"step": step, "code": town.recovery_codes[0]}


async def second_secret(town: Town, who: Person) -> Filled:
    """The button that makes a second secret, on a page made while there was one."""
    return {"step": "add", "number": "1"}
