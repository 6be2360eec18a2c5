"""What a code or a refresh token buys. RFC 6749 §4.1.3 and §6; the contract's compat profile."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from frontdesk.protocol.errors import Reason
from frontdesk.protocol.ids import ClientId, Micros
from frontdesk.protocol.records import AuthorizationCode, Grant
from frontdesk.protocol.scopes import CONTRACT, Inclusion, Scopes, implied, render_scopes

WRONG_VERIFIERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAnswer:
    """A successful token answer (RFC 6749 §5.1)."""

    access_token: str = field(repr=False)
    expires_in: int  # seconds
    refresh_token: str | None = field(repr=False)  # None: an app's own token (RFC 6749 §4.4.3)
    scopes: Scopes

    def document(self) -> dict[str, str | int]:
        """The JSON object, in the contract's order."""
        if self.refresh_token is None:
            return {
                "access_token": self.access_token,
                "expires_in": self.expires_in,
                "scope": render_scopes(self.scopes),
                "token_type": "Bearer",
            }
        return {
            "access_token": self.access_token,
            "expires_in": self.expires_in,
            "refresh_token": self.refresh_token,
            "scope": render_scopes(self.scopes),
            "token_type": "Bearer",
        }


def judge_code(
    code: AuthorizationCode, *, client_id: ClientId, is_proven: bool, redirect_uri: str | None, now: Micros
) -> Reason | None:
    """Why a proven client may not redeem this code. Only CODE_USED is a replay that ends what was issued.

    Whose code it is comes first: another client, or someone who guessed the id only, must change nothing.
    """
    if code.client_id != client_id:
        return Reason.OTHER_CLIENT
    if not is_proven:
        return Reason.CODE_UNKNOWN
    if code.grant_id is not None:
        return Reason.CODE_USED
    if code.voided_at is not None:
        return Reason.CODE_VOID
    if now >= code.expires_at:
        return Reason.CODE_EXPIRED
    if redirect_uri is not None and redirect_uri != code.redirect_uri:
        return Reason.OTHER_REDIRECT_URI
    return None


@lru_cache(maxsize=4_096)
def still_allowed(given: Scopes, registered: Scopes, inclusion: Inclusion = CONTRACT) -> Scopes:
    """What was given, less what the app's registration no longer lists. (Remembered: it is asked at every refresh.)"""
    held = implied(registered, inclusion)
    return given if held.issuperset(given) else tuple(scope for scope in given if scope in held)


def narrow(grant: Grant, asked: Scopes | None, inclusion: Inclusion = CONTRACT) -> Scopes | Reason:
    """The scopes of a refresh: never wider than what authorize asked for, silently cut to what was given.

    Of a scope that was given in part, that part is left: `locations.readonly` of `locations`.
    """
    if not asked:
        return grant.scopes_given
    if not _covers(grant.scopes_asked, asked):
        return Reason.SCOPE_WIDENED
    given = set(grant.scopes_given)
    if given.issuperset(asked):
        return asked
    lost = implied(tuple(scope for scope in asked if scope not in given), inclusion)
    kept = [scope for scope in asked if scope in given]
    kept += [scope for scope in grant.scopes_given if scope in lost and scope not in kept]
    return tuple(kept) or Reason.SCOPE_WIDENED


def _covers(held: Scopes, asked: Iterable[str]) -> bool:
    return set(held).issuperset(asked)
