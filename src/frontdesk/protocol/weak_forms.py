"""The weak forms of the protocol that the contract still lets an app use, and what each is against. RFC 9700.

An app in the `compat` profile is not made to change anything. What it really uses is counted, so that its operator can
see the day when a form is not needed any more, and switch it off.
"""

from dataclasses import dataclass
from enum import StrEnum

from frontdesk.protocol.ids import DAY, ClientId, Micros
from frontdesk.protocol.messages import N_
from frontdesk.protocol.records import Profile

UNSEEN_FOR = 30 * DAY  # a form that was not used for so long is not needed


class WeakForm(StrEnum):
    """One form; the value is its name in the database and in JSON."""

    NO_PKCE = "no_pkce"
    NO_STATE_NO_PKCE = "no_state_no_pkce"
    REVOKE_QUERY = "revoke_query"
    REVOKE_UNAUTHENTICATED = "revoke_unauthenticated"
    REFRESH_UNROTATED = "refresh_unrotated"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What people are told of a form. `breaks`: an app that still uses it stops working once it is switched off."""

    text: str
    standard: str
    breaks: bool = True


ABOUT: dict[WeakForm, About] = {
    WeakForm.NO_PKCE: About(text=N_("codes without PKCE"), standard="RFC 9700 §2.1.1"),
    WeakForm.NO_STATE_NO_PKCE: About(text=N_("neither state nor PKCE at authorize"), standard="RFC 9700 §4.7.1"),
    WeakForm.REVOKE_QUERY: About(text=N_("a token in the query of revoke"), standard="RFC 9700 §4.3.2"),
    WeakForm.REVOKE_UNAUTHENTICATED: About(text=N_("revoke without client authentication"), standard="RFC 7009 §2.1"),
    # The old token works until the new one is used: an app that keeps the old one keeps working.
    WeakForm.REFRESH_UNROTATED: About(
        text=N_("a refresh token that never changes"), standard="RFC 9700 §4.14.2", breaks=False
    ),
}

OF_PKCE = frozenset({WeakForm.NO_PKCE, WeakForm.NO_STATE_NO_PKCE})  # switched off by --require-pkce alone


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakUse:
    """How one app used one form, as far as it was counted."""

    client_id: ClientId
    form: WeakForm
    first_at: Micros
    last_at: Micros
    uses: int

    def is_recent(self, now: Micros) -> bool:
        """Whether it must still be taken for needed."""
        return now - self.last_at < UNSEEN_FOR


def open_to(profile: Profile, *, require_pkce: bool) -> tuple[WeakForm, ...]:
    """The forms that an app so treated may use."""
    if profile is Profile.STRICT:
        return ()
    return tuple(form for form in WeakForm if not (require_pkce and form in OF_PKCE))
