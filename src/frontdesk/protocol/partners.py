"""Partners: users who make apps of their own, and which changes to an app bring it back to its review."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from frontdesk.protocol.ids import DAY, ClientId, Email, Micros, UserId
from frontdesk.protocol.records import Client, Review

MAX_APPS = 20  # of one partner
# A redirect URI of our own, below the issuer, for an app that has none yet.
TEST_PAGE = "/partner/try"
MAX_MAKERS = 20  # of one app, with those who were invited
INVITATION_LIFETIME = 7 * DAY
MAX_NOTE = 1_000  # characters that a partner and a reviewer write to each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A user as a maker of apps. `website` may be empty."""

    user_id: UserId
    name: str
    website: str
    created_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class MakerInvitation:
    """Somebody was asked to become one of an app's people: once, and only with this address."""

    id: str
    client_id: ClientId
    email: Email
    invited_by: UserId | None  # None: an operator, in the makers' place
    created_at: Micros
    expires_at: Micros

    def is_alive(self, now: Micros) -> bool:
        """Whether it can still be accepted."""
        return now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretUse:
    """When an app's secret of this number was last right."""

    client_id: ClientId
    number: int
    last_at: Micros


def needs_review_again(before: Client, after: Client) -> bool:
    """Whether what people are told of an app, or what they can give it, becomes another thing than what was handed in.

    What only takes away never does: fewer scopes, fewer addresses, more scopes that may be left out.
    """
    if before.review not in (Review.APPROVED, Review.SUBMITTED):
        return False
    return (
        (before.name, before.logo) != (after.name, after.logo)
        or _origin(before.homepage) != _origin(after.homepage)
        or not set(after.scopes) <= set(before.scopes)
        or not {_origin(uri) for uri in after.redirect_uris} <= {_origin(uri) for uri in before.redirect_uris}
    )


def _origin(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"
