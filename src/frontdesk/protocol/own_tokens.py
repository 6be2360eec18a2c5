"""What an app may do without a user: client credentials, refused unless the operator gave the app scopes for it.

RFC 6749 §4.4. Its tokens are ordinary signed pointers, to the app's one `OwnGrant`; what they hold is cut, at each use,
to what the app's registration gives now.
"""

from dataclasses import replace

from frontdesk.protocol.errors import Reason
from frontdesk.protocol.records import Client, OwnGrant
from frontdesk.protocol.scopes import CONTRACT, Inclusion, Scopes, pick, read_scopes
from frontdesk.protocol.token import still_allowed
from frontdesk.protocol.tokens import MAX_SCOPE_BYTES

ROOM = MAX_SCOPE_BYTES * 8  # scopes that a token's bitmap can tell apart


def judge_own_request(client: Client, scope: str | None) -> Scopes | Reason:
    """The scopes of a token of the app's own: those asked for, all of them where none is.

    A public client cannot prove that it is itself (RFC 6749 §4.4.2). Names are compared as they are written, because a
    token names its scopes along the row's list: `x` does not let the app ask for `x.readonly`, which `x` includes.
    """
    if not client.is_confidential or not client.own_scopes:
        return Reason.OWN_TOKENS_FORBIDDEN
    asked = read_scopes(scope) if scope is not None else ()
    if asked is None or not set(client.own_scopes).issuperset(asked):
        return Reason.OWN_SCOPE_REFUSED
    return asked or client.own_scopes


def judge_own_grant(own_grant: OwnGrant, client: Client | None, stamp: int) -> Reason | None:
    """Why an app's own tokens with this stamp open nothing at all right now; None where they are alive."""
    if own_grant.stamp != stamp:
        return Reason.GRANT_REVOKED
    if client is None or client.disabled_at is not None:
        return Reason.CLIENT_DISABLED
    return None


def own_scopes_now(own_grant: OwnGrant, client: Client, mask: int, inclusion: Inclusion = CONTRACT) -> Scopes:
    """What a token of the app's own holds now: its bits, less what the registration no longer gives.

    Nothing is left: the token is dead, even where a call needs no scope.
    """
    if not client.own_scopes:
        return ()
    return still_allowed(pick(own_grant.scopes, mask), client.own_scopes, inclusion)


def grow(known: OwnGrant, wanted: OwnGrant) -> OwnGrant:
    """The known row with the wanted scopes on its list; the very same where it has them all.

    The list only ever grows at its end, because living tokens count along it. Without room for all, it begins anew
    under the wanted row's stamp.
    """
    lacking = tuple(scope for scope in wanted.scopes if scope not in known.scopes)
    if not lacking:
        return known
    if len(known.scopes) + len(lacking) > ROOM:
        return replace(known, stamp=wanted.stamp, scopes=wanted.scopes)
    return replace(known, scopes=known.scopes + lacking)
