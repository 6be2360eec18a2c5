"""The Authorization and network headers: one of each, in one spelling (attack rows BT, CA, TN)."""

from base64 import b64encode

import pytest

from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.headers import BasicPair, BearerToken, CallHeaders, read_call_headers, read_credential

NETWORK = "0190a000-0000-7000-8000-00000000000a"
HEADER = b"spacebring-network-id"


def test_both_headers_are_found() -> None:
    """One of each is what a partner sends."""
    found = read_call_headers([(b"authorization", b"Bearer x"), (HEADER, NETWORK.encode())], HEADER)
    assert found == CallHeaders(authorization=b"Bearer x", network=NETWORK)


def test_neither_is_no_fault_here() -> None:
    """Whether a call needs them is decided later."""
    assert read_call_headers([(b"accept", b"*/*")], HEADER) == CallHeaders()


FAULTS = [
    ("BT-04", [(b"authorization", b"Basic YTpi"), (b"authorization", b"Bearer x")], Reason.TWO_CREDENTIALS),
    ("BT-04", [(b"authorization", b"Bearer x"), (b"authorization", b"Bearer x")], Reason.TWO_CREDENTIALS),
    ("BT-04", [(b"authorization", b"Bearer x, Basic YTpi")], Reason.TWO_CREDENTIALS),
    ("BT-11", [(b"authorization", b"Bearer x\r\n y")], Reason.MALFORMED_REQUEST),
    ("BT-11", [(b"authorization", "Bearer é".encode())], Reason.MALFORMED_REQUEST),
    ("TN-04", [(HEADER, NETWORK.encode()), (HEADER, NETWORK.encode())], Reason.DOUBLED_HEADER),
    ("TN-04", [(HEADER, f"{NETWORK},{NETWORK}".encode())], Reason.DOUBLED_HEADER),
    ("TN-04", [(b"spacebring_network_id", NETWORK.encode())], Reason.DOUBLED_HEADER),
    ("TN-04", [(b"spacebring.network.id", NETWORK.encode())], Reason.DOUBLED_HEADER),
    ("TN-04", [(HEADER, NETWORK.encode()), (b"spacebring-network_id", NETWORK.encode())], Reason.DOUBLED_HEADER),
    ("TN-05", [(HEADER, b"")], Reason.MALFORMED_NETWORK_ID),
    ("TN-05", [(HEADER, b" " + NETWORK.encode())], Reason.MALFORMED_NETWORK_ID),
    ("TN-05", [(HEADER, b"{" + NETWORK.encode() + b"}")], Reason.MALFORMED_NETWORK_ID),
    ("TN-05", [(HEADER, NETWORK.replace("-", "").encode())], Reason.MALFORMED_NETWORK_ID),
    ("TN-05", [(HEADER, ("\u0661" + NETWORK[1:]).encode())], Reason.MALFORMED_NETWORK_ID),
    ("TN-05", [(HEADER, b"a" * 65_536)], Reason.MALFORMED_NETWORK_ID),
]


@pytest.mark.parametrize(("row", "headers", "reason"), FAULTS, ids=lambda value: str(value)[:40])
def test_what_could_be_read_in_two_ways_is_refused(
    row: str, headers: list[tuple[bytes, bytes]], reason: Reason
) -> None:
    """Never the first, never the last: doubled, joined, respelt or malformed is 400."""
    found = read_call_headers(headers, HEADER)
    assert isinstance(found, Refusal)
    assert found.reason is reason


def test_tn_05_an_upper_case_uuid_is_the_same_uuid() -> None:
    """UUID text is read in either case (RFC 9562 §4) and passed on in lower case."""
    found = read_call_headers([(HEADER, NETWORK.upper().encode())], HEADER)
    assert found == CallHeaders(network=NETWORK)


def _basic(text: bytes) -> bytes:
    return b"Basic " + b64encode(text)


CREDENTIALS = [
    ("contract", b"Basic Y2xpZW50IGlkOmNsaWVudCBzZWNyZXQ=", BasicPair(user="client id", password="client secret")),
    ("CA-07", _basic(b"id:a:b"), BasicPair(user="id", password="a:b")),
    ("CA-09", b"bAsIc " + b64encode(b"id:s"), BasicPair(user="id", password="s")),
    ("CA-09", b"BASIC   " + b64encode(b"id:s"), BasicPair(user="id", password="s")),
    ("CA-06", _basic(b"a%5Fb:c%2Dd"), BasicPair(user="a%5Fb", password="c%2Dd")),
    ("BT-05", b"Bearer abc", BearerToken(value="abc")),
    ("BT-05", b"bearer  abc", BearerToken(value="abc")),
    ("BT-05", b"Bearer", None),
    ("BT-05", b"Bearer ", None),
    ("BT-05", b"Bearer x y", None),
    ("BT-05", b"Bearer\tx", None),
    ("BT-05", b"Bearer \tx", None),
    ("BT-05", b"Token x", None),
    ("BT-06", b"Bearer " + b"x" * 8_192, None),
    ("CA-08", b"Basic !!!", None),
    ("CA-08", b"Basic YQ", None),
    ("CA-08", _basic(b"nocolon"), None),
    ("CA-08", _basic(b"\xff\xfe:x"), None),
    ("CA-08", _basic(b"a\x00:x"), None),
    ("CA-08", _basic(b"a:x\n"), None),
    ("CA-08", _basic(b":x"), None),
    ("CA-08", b"", None),
    ("CA-08", b"Basic", None),
]


@pytest.mark.parametrize(("row", "sent", "credential"), CREDENTIALS, ids=lambda value: str(value)[:40])
def test_a_credential_is_read_by_the_grammar(row: str, sent: bytes, credential: BasicPair | BearerToken | None) -> None:
    """Scheme in any case, then the grammar to the letter; nothing raises."""
    assert read_credential(sent) == credential
