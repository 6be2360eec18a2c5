"""What a proven assertion says, as a typed record."""

from dataclasses import dataclass
from typing import Any

from frontdesk.protocol.assertions import TEXTS, TIMES
from frontdesk.receiving.refused import AssertionRefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who makes a call, proven by the gateway."""

    subject: str  # a user's id, "network:<id>" for Basic, "client:<id>" for an app on its own
    network: str | None  # None: the operation is about no network
    client_id: str
    scheme: str  # "basic" or "oauth2"
    scopes: tuple[str, ...]  # empty for Basic
    role: str | None  # the user's in the network: "owner", "administrator", "member"
    method: str
    path: str  # encoded, in its normal form, without the query
    issued_at: int  # seconds since 1970 UTC
    expires_at: int
    assertion_id: str  # no other assertion has it

    def has_scope(self, *scopes: str) -> bool:
        """Whether any of these scopes is held, as written: what a scope implies, the gateway has judged before."""
        return not set(scopes).isdisjoint(self.scopes)


def read_identity(claims: dict[str, Any]) -> Identity:
    """The record of an assertion's claims; each must be there, of its exact type."""
    for name in TEXTS:
        if type(claims.get(name)) is not str:
            raise AssertionRefusedError(f"the claim {name} is missing or no text")
    for name in TIMES:
        if type(claims.get(name)) is not int:  # True is an int, too
            raise AssertionRefusedError(f"the claim {name} is missing or no whole number")
    return Identity(
        subject=claims["sub"],
        network=claims["network"] or None,
        client_id=claims["client_id"],
        scheme=claims["scheme"],
        scopes=tuple(claims["scope"].split()),
        role=claims["role"] or None,
        method=claims["htm"],
        path=claims["path"],
        issued_at=claims["iat"],
        expires_at=claims["exp"],
        assertion_id=claims["jti"],
    )
