"""Somebody's account, over the administration API: sessions, passkeys, second factor, address, language, its end."""

from datetime import datetime

from frontdesk.flows.operator import Objection
from frontdesk.protocol import records
from frontdesk.protocol.passkeys import Passkey as StoredPasskey
from frontdesk.web.admin import shapes
from frontdesk.web.admin.call import Call, Operation, Outcome
from frontdesk.web.admin.desk import AdminDesk
from frontdesk.web.admin.people import user_shape
from frontdesk.web.admin.shapes import Shape, instant, maybe_instant

TAG = "Accounts"


class Session(Shape):
    """A browser in which somebody is signed in, and how they proved themselves: code, passkey, code_and_app, …"""

    id: str
    signed_in_at: datetime
    last_seen_at: datetime
    address: str | None
    browser: str
    system: str
    proof: str


class Sessions(Shape):
    """All of a person's sessions, the newest first; there are at most 20."""

    sessions: list[Session]


class Ended(Shape):
    """How many sessions ended."""

    ended: int


class Passkey(Shape):
    """What somebody may sign in with. `id` in hexadecimal digits; `synced`: it may be on several devices."""

    id: str
    name: str
    synced: bool
    created_at: datetime
    last_used_at: datetime | None


class Passkeys(Shape):
    """All of a person's passkeys, the oldest first."""

    passkeys: list[Passkey]


class Called(Shape):
    """What a passkey is to be called."""

    name: str


class Identity(Shape):
    """An account elsewhere that signs somebody in; with `unlinked_at` it does so no more."""

    id: str
    issuer: str
    linked_at: datetime
    unlinked_at: datetime | None


class Identities(Shape):
    """All of a person's, by issuer."""

    identities: list[Identity]


class NewAddress(Shape):
    """The e-mail address that is to take the place of the present one."""

    email: str


class ChosenLanguage(Shape):
    """A language that this installation speaks, such as "uk"; empty: what the browser says."""

    language: str


async def list_sessions(desk: AdminDesk, call: Call) -> Outcome:
    """Where somebody is signed in."""
    found = await desk.accounts.list_sessions(call.params["user"])
    return found if isinstance(found, Objection) else Sessions(sessions=[_session(one) for one in found])


async def end_session(desk: AdminDesk, call: Call) -> Outcome:
    """One browser."""
    ended = await desk.accounts.end_session(call.params["user"], call.params["session"], origin=call.origin)
    return ended if isinstance(ended, Objection) else shapes.Done()


async def end_sessions(desk: AdminDesk, call: Call) -> Outcome:
    """All of them."""
    ended = await desk.accounts.end_sessions(call.params["user"], origin=call.origin)
    return ended if isinstance(ended, Objection) else Ended(ended=ended)


async def list_passkeys(desk: AdminDesk, call: Call) -> Outcome:
    """What somebody may sign in with."""
    found = await desk.accounts.list_passkeys(call.params["user"])
    return found if isinstance(found, Objection) else Passkeys(passkeys=[_passkey(one) for one in found])


async def remove_passkey(desk: AdminDesk, call: Call) -> Outcome:
    """Forget one."""
    done = await desk.accounts.remove_passkey(call.params["user"], call.params["passkey"], origin=call.origin)
    return done if isinstance(done, Objection) else shapes.Done()


async def rename_passkey(desk: AdminDesk, call: Call) -> Outcome:
    """Call one otherwise."""
    new: Called = call.body
    params = call.params
    done = await desk.accounts.rename_passkey(params["user"], params["passkey"], new.name, origin=call.origin)
    return done if isinstance(done, Objection) else shapes.Done()


async def list_identities(desk: AdminDesk, call: Call) -> Outcome:
    """Which accounts elsewhere sign somebody in."""
    found = await desk.accounts.list_identities(call.params["user"])
    if isinstance(found, Objection):
        return found
    return Identities(
        identities=[
            Identity(
                id=one.handle,
                issuer=one.issuer,
                linked_at=instant(one.linked_at),
                unlinked_at=maybe_instant(one.unlinked_at),
            )
            for one in found
        ]
    )


async def unlink_identity(desk: AdminDesk, call: Call) -> Outcome:
    """One signs nobody in any more."""
    done = await desk.accounts.unlink_identity(call.params["user"], call.params["identity"], origin=call.origin)
    return done if isinstance(done, Objection) else shapes.Done()


async def allow_identity(desk: AdminDesk, call: Call) -> Outcome:
    """It may do so again."""
    done = await desk.accounts.allow_identity(call.params["user"], call.params["identity"], origin=call.origin)
    return done if isinstance(done, Objection) else shapes.Done()


async def forget_second_factor(desk: AdminDesk, call: Call) -> Outcome:
    """For whoever lost app and recovery codes."""
    user = await desk.looking.find_user(call.params["user"])
    if isinstance(user, Objection):
        return user
    done = await desk.operator.forget_second_factor(user.email, origin=call.origin)
    return done if isinstance(done, Objection) else user_shape(done)


async def change_address(desk: AdminDesk, call: Call) -> Outcome:
    """Another address."""
    new: NewAddress = call.body
    moved = await desk.accounts.change_address(call.params["user"], new.email, origin=call.origin)
    return moved if isinstance(moved, Objection) else user_shape(moved)


async def choose_language(desk: AdminDesk, call: Call) -> Outcome:
    """Another language."""
    new: ChosenLanguage = call.body
    user = await desk.accounts.choose_language(call.params["user"], new.language)
    return user if isinstance(user, Objection) else user_shape(user)


async def delete(desk: AdminDesk, call: Call) -> Outcome:
    """For good."""
    gone = await desk.accounts.delete(call.params["user"], origin=call.origin)
    return gone if isinstance(gone, Objection) else shapes.Done()


def _session(session: records.Session) -> Session:
    return Session(
        id=session.id,
        signed_in_at=instant(session.signed_in_at),
        last_seen_at=instant(session.last_seen_at),
        address=session.address,
        browser=session.browser,
        system=session.system,
        proof=session.proof.value,
    )


def _passkey(passkey: StoredPasskey) -> Passkey:
    return Passkey(
        id=passkey.id.hex(),
        name=passkey.name,
        synced=passkey.synced,
        created_at=instant(passkey.created_at),
        last_used_at=maybe_instant(passkey.last_used_at),
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/users/{user}/sessions",
        name="listSessions",
        tag=TAG,
        summary="List where somebody is signed in",
        walk=list_sessions,
        gives=Sessions,
    ),
    Operation(
        method="DELETE",
        path="/users/{user}/sessions",
        name="endSessions",
        tag=TAG,
        summary="Sign somebody out everywhere; they are told by mail",
        walk=end_sessions,
        gives=Ended,
    ),
    Operation(
        method="DELETE",
        path="/users/{user}/sessions/{session}",
        name="endSession",
        tag=TAG,
        summary="Sign one browser out",
        walk=end_session,
        gives=shapes.Done,
    ),
    Operation(
        method="GET",
        path="/users/{user}/passkeys",
        name="listPasskeys",
        tag=TAG,
        summary="List what somebody may sign in with, without any key",
        walk=list_passkeys,
        gives=Passkeys,
    ),
    Operation(
        method="PUT",
        path="/users/{user}/passkeys/{passkey}/name",
        name="renamePasskey",
        tag=TAG,
        summary="Call a passkey otherwise; its person is told by mail",
        walk=rename_passkey,
        takes=Called,
        gives=shapes.Done,
    ),
    Operation(
        method="GET",
        path="/users/{user}/identities",
        name="listIdentities",
        tag=TAG,
        summary="List which accounts elsewhere (OpenID Connect) sign a person in, or did",
        walk=list_identities,
        gives=Identities,
    ),
    Operation(
        method="DELETE",
        path="/users/{user}/identities/{identity}",
        name="unlinkIdentity",
        tag=TAG,
        summary="Unlink an account elsewhere, but the last way in; its person is told by mail",
        walk=unlink_identity,
        gives=shapes.Done,
    ),
    Operation(
        method="POST",
        path="/users/{user}/identities/{identity}/allow",
        name="allowIdentity",
        tag=TAG,
        summary="Let an account elsewhere that was unlinked sign its person in again",
        walk=allow_identity,
        gives=shapes.Done,
    ),
    Operation(
        method="DELETE",
        path="/users/{user}/passkeys/{passkey}",
        name="removePasskey",
        tag=TAG,
        summary="Forget a passkey; its person is told by mail",
        walk=remove_passkey,
        gives=shapes.Done,
    ),
    Operation(
        method="DELETE",
        path="/users/{user}/second-factor",
        name="forgetSecondFactor",
        tag=TAG,
        summary="Let somebody sign in by mail alone again who lost authenticator app and recovery codes",
        walk=forget_second_factor,
        gives=shapes.User,
    ),
    Operation(
        method="PUT",
        path="/users/{user}/email",
        name="changeUserEmail",
        tag=TAG,
        summary="Give somebody another address; both mailboxes are told, and every browser is signed out",
        walk=change_address,
        takes=NewAddress,
        gives=shapes.User,
    ),
    Operation(
        method="PUT",
        path="/users/{user}/language",
        name="setUserLanguage",
        tag=TAG,
        summary="Say in which language somebody is spoken to",
        walk=choose_language,
        takes=ChosenLanguage,
        gives=shapes.User,
    ),
    Operation(
        method="DELETE",
        path="/users/{user}",
        name="deleteUser",
        tag=TAG,
        summary="Forget somebody with all that hangs on them; owners, last makers and the last operator are kept",
        walk=delete,
        gives=shapes.Done,
    ),
)
