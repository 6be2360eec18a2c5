"""Client authentication at the OAuth endpoints (attack rows CA)."""

from base64 import b64encode

import pytest

from frontdesk.protocol.client_auth import ClientClaim, read_claim
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.forms import Form


def _basic(text: bytes) -> list[bytes]:
    return [b"Basic " + b64encode(text)]


def _claim(client_id: str, secret: str | None, *, by_header: bool = False) -> ClientClaim:
    return ClientClaim(client_id=client_id, secret=secret, by_header=by_header)


CLAIMS = [
    ("none", {}, [], None),
    ("body", {"client_id": "a", "client_secret": "s"}, [], _claim("a", "s")),
    ("no secret", {"client_id": "a"}, [], _claim("a", None)),
    ("header", {}, _basic(b"a:s"), _claim("a", "s", by_header=True)),
    ("CA-02", {"client_id": "a"}, _basic(b"a:s"), _claim("a", "s", by_header=True)),
    ("CA-02", {"client_id": "b"}, _basic(b"a:s"), Reason.TWO_CLIENT_IDS),
    ("CA-02", {"client_id": "a", "client_secret": "s"}, _basic(b"a:s"), Reason.TWO_SECRETS),
    ("CA-02", {}, _basic(b"a:s") * 2, Reason.TWO_SECRETS),
    ("CA-06", {}, _basic(b"fdci%5Fa%2Db:fdcs%5Fx%2D"), _claim("fdci_a-b", "fdcs_x-", by_header=True)),
    ("CA-08", {}, [b"Basic !!!"], Reason.CLIENT_UNPROVEN),
    ("CA-08", {}, _basic(b"nocolon"), Reason.CLIENT_UNPROVEN),
    ("CA-08", {}, _basic(b"\xff:x"), Reason.CLIENT_UNPROVEN),
    ("CA-08", {}, _basic(b"a%ff:x"), Reason.CLIENT_UNPROVEN),
    ("CA-08", {}, [b"Bearer x"], Reason.CLIENT_UNPROVEN),
    ("CA-11", {"client_id": "a" * 65_536, "client_secret": "s"}, [], Reason.CLIENT_UNPROVEN),
    ("CA-17", {"client_id": "a", "client_assertion": "x"}, [], Reason.CLIENT_UNPROVEN),
    ("secret alone", {"client_secret": "s"}, [], Reason.CLIENT_UNPROVEN),
]


@pytest.mark.parametrize(("row", "body", "headers", "outcome"), CLAIMS, ids=lambda value: str(value)[:40])
def test_a_client_authenticates_in_one_way(
    row: str, body: dict[str, str], headers: list[bytes], outcome: ClientClaim | Reason | None
) -> None:
    """Two secrets or two ids are a fault; both halves of Basic are form-decoded here (RFC 6749 §2.3.1)."""
    claim = read_claim(Form(values=body), headers)
    assert (claim.reason if isinstance(claim, Refusal) else claim) == outcome
