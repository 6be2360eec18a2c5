"""What every token and secret looks like: prefix, base64url body, six characters of CRC. DESIGN D2, RFC 4648 §5.

    fdat_ version 1 | key id 1 | grant id 16 | stamp 8 | issued 8 | expires 8 | counter 4 | scope bitmap 0-32 | MAC 32
    fdrt_ fdac_ fdse_ fdak_   row id 16 | 32 random bytes (a refresh token's successors: `rotation.py`)
    fdcs_ fdns_ fdrs_   32 random bytes

All numbers are big-endian; times are microseconds, so that "alive while now < expires" means the very instant that
was asked for. The scope bitmap has no leading zero byte. The last six characters are the CRC32 of all before them in
base62, zero-padded: they tell a typo or a leaked token apart offline, and prove nothing. Exactly one text stands for
each value: padding, another alphabet and non-zero trailing bits are refused.
"""

import binascii
import hmac
import struct
from collections.abc import Mapping

from frontdesk.protocol.access import AccessClaims
from frontdesk.protocol.ids import uuid_bytes, uuid_text
from frontdesk.protocol.macs import mac

ACCESS = "fdat_"
REFRESH = "fdrt_"
CODE = "fdac_"
SESSION = "fdse_"
ADMIN_KEY = "fdak_"
CLIENT_SECRET = "fdcs_"  # noqa: S105 - a prefix
NETWORK_SECRET = "fdns_"  # noqa: S105 - a prefix
RESOURCE_SERVER_SECRET = "fdrs_"  # noqa: S105 - a prefix

CRC_LENGTH = 6
RANDOM_LENGTH = 32  # bytes: 256 bits
MAX_SCOPE_BYTES = 32
MAX_COUNTER = 0xFFFF_FFFF

_VERSION = 1
_PREFIX_LENGTH = 5
_ROW_TOKEN_LENGTH = _PREFIX_LENGTH + 64 + CRC_LENGTH
_SECRET_LENGTH = _PREFIX_LENGTH + 43 + CRC_LENGTH
_HEAD = struct.Struct(">BB16sqQQI")
_MAC_LENGTH = 32
_MIN_ACCESS_BYTES = _HEAD.size + _MAC_LENGTH
_MIN_ACCESS_LENGTH = _PREFIX_LENGTH + (_MIN_ACCESS_BYTES * 8 + 5) // 6 + CRC_LENGTH
_MAX_ACCESS_LENGTH = _PREFIX_LENGTH + ((_MIN_ACCESS_BYTES + MAX_SCOPE_BYTES) * 8 + 5) // 6 + CRC_LENGTH

_FIRST_YEARS, _LAST_YEARS = 10**15, 1 << 52  # microseconds: 2001 and 2112

# How long the values of each kind are, in characters.
ROW_TOKEN_LENGTHS = (_ROW_TOKEN_LENGTH,)
SECRET_LENGTHS = (_SECRET_LENGTH,)
ACCESS_LENGTHS = tuple(
    _PREFIX_LENGTH + ((_MIN_ACCESS_BYTES + scopes) * 8 + 5) // 6 + CRC_LENGTH for scopes in range(MAX_SCOPE_BYTES + 1)
)

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PAIRS = tuple((a + b).encode() for a in _BASE62 for b in _BASE62)  # a table of pairs is six times faster than digits
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def checksum(text: bytes) -> bytes:
    """The six base62 characters that end a token whose text so far is `text`."""
    crc = binascii.crc32(text)
    return _PAIRS[crc // 14_776_336] + _PAIRS[crc // 3_844 % 3_844] + _PAIRS[crc % 3_844]


def base64url(raw: bytes) -> str:
    """RFC 4648 §5 without padding."""
    return binascii.b2a_base64(raw, newline=False).translate(_TO_URL).rstrip(b"=").decode()


def read_base64url(text: str) -> bytes | None:
    """The bytes; None unless `text` is the one canonical form without padding."""
    if not text.isascii():
        return None
    return _read_body(text.encode())


def write_row_token(prefix: str, row_id: str, random: bytes) -> str:
    """A token that names its row (a UUID text) and carries 256 random bits."""
    if len(random) != RANDOM_LENGTH:
        raise ValueError("a row token takes 32 random bytes")
    return _close(prefix.encode(), uuid_bytes(row_id) + random)


def read_row_token(prefix: str, text: str) -> str | None:
    """The row that a token of this kind names (UUID text); None unless canonical and with a right CRC."""
    if len(text) != _ROW_TOKEN_LENGTH:
        return None
    raw = _open(prefix, text)
    return uuid_text(raw[:16]) if raw is not None else None


def read_row_body(prefix: str, text: str) -> tuple[str, bytes] | None:
    """The row that a token of this kind names, and its other 32 bytes; None as in `read_row_token`."""
    if len(text) != _ROW_TOKEN_LENGTH:
        return None
    raw = _open(prefix, text)
    return (uuid_text(raw[:16]), raw[16:]) if raw is not None else None


def write_secret(prefix: str, random: bytes) -> str:
    """A client's or network's secret: 256 random bits."""
    if len(random) != RANDOM_LENGTH:
        raise ValueError("a secret takes 32 random bytes")
    return _close(prefix.encode(), random)


def is_secret(prefix: str, text: str) -> bool:
    """Whether `text` has the form of a secret of this kind. Imported secrets need not."""
    return len(text) == _SECRET_LENGTH and _open(prefix, text) is not None


def write_access_token(claims: AccessClaims, *, counter: int, key_id: int, key: bytes) -> str:
    """A signed pointer to a grant. ValueError or struct.error where a claim does not fit its place."""
    mask = claims.scope_mask
    scopes = mask.to_bytes((mask.bit_length() + 7) >> 3, "big")
    if len(scopes) > MAX_SCOPE_BYTES:
        raise ValueError("more scopes than an access token has room for")
    said = (
        _HEAD.pack(
            _VERSION,
            key_id,
            uuid_bytes(claims.grant_id),
            claims.stamp,
            claims.issued_at,
            claims.expires_at,
            counter,
        )
        + scopes
    )
    return _close(b"fdat_", said + mac(key, said))


def read_access_token(text: str, keys: Mapping[int, bytes]) -> AccessClaims | None:
    """What an access token says, once its CRC and its MAC under one of `keys` (by key id) are right.

    Its length is bounded before anything is hashed. Whether it is still alive is not judged here.
    """
    if not _MIN_ACCESS_LENGTH <= len(text) <= _MAX_ACCESS_LENGTH:
        return None
    raw = _open(ACCESS, text)
    if raw is None:
        return None
    said = raw[:-_MAC_LENGTH]
    version, key_id, grant, stamp, issued, expires, _ = _HEAD.unpack_from(said)
    key = keys.get(key_id)
    if version != _VERSION or key is None:
        return None
    if not hmac.compare_digest(mac(key, said), raw[-_MAC_LENGTH:]):
        return None
    scopes = said[_HEAD.size :]
    if scopes[:1] == b"\0":
        return None
    return AccessClaims(
        grant_id=uuid_text(grant),
        stamp=stamp,
        issued_at=issued,
        expires_at=expires,
        scope_mask=int.from_bytes(scopes, "big"),
    )


def key_of_access_token(text: str) -> int:
    """The id of the key that an access token says it was signed with, unproven; 0 where it says none."""
    try:
        head = binascii.a2b_base64(text[_PREFIX_LENGTH : _PREFIX_LENGTH + 4].encode().translate(_FROM_URL))
    except ValueError:
        return 0
    return head[1] if len(head) == 3 and head[0] == _VERSION and text.startswith(ACCESS) else 0


def may_be_access_token(text: bytes) -> bool:
    """A quick glance at an access token's head: version, and times of this century that follow one another."""
    try:
        head = binascii.a2b_base64(text[_PREFIX_LENGTH : _PREFIX_LENGTH + 64].translate(_FROM_URL))
    except binascii.Error:
        return False
    if len(head) < _HEAD.size:
        return False
    version, _, _, _, issued, expires, _ = _HEAD.unpack_from(head)
    return bool(version == _VERSION and _FIRST_YEARS < issued < expires < _LAST_YEARS)


def is_canonical(text: str) -> bool:
    """Whether a text of the right kind and length has a right CRC and is the one text for what it holds; no keys."""
    raw = _open(text[:_PREFIX_LENGTH], text)
    if raw is None or not text.startswith(ACCESS):
        return raw is not None
    scopes = raw[_HEAD.size : -_MAC_LENGTH]
    return raw[0] == _VERSION and scopes[:1] != b"\0"


def _close(prefix: bytes, raw: bytes) -> str:
    text = prefix + binascii.b2a_base64(raw, newline=False).translate(_TO_URL).rstrip(b"=")
    return (text + checksum(text)).decode()


def _open(prefix: str, text: str) -> bytes | None:
    """The body's bytes; the caller has bounded the length."""
    if not text.startswith(prefix) or not text.isascii():
        return None
    whole = text.encode()
    front = whole[:-CRC_LENGTH]
    if checksum(front) != whole[-CRC_LENGTH:]:
        return None
    return _read_body(front[_PREFIX_LENGTH:])


def _read_body(body: bytes) -> bytes | None:
    # The decoder skips what it does not know; only encoding again shows that this was the one canonical text.
    try:
        raw = binascii.a2b_base64(body.translate(_FROM_URL) + b"==")
    except binascii.Error:
        return None
    again = binascii.b2a_base64(raw, newline=False).translate(_TO_URL).rstrip(b"=")
    return raw if again == body else None
