"""Makes and proves ids, secrets and tokens: the one holder of keys and of randomness (DESIGN D2, D8)."""

import hashlib
import hmac
import os
import re
import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from frontdesk.protocol import rotation, tokens
from frontdesk.protocol.access import AccessClaims
from frontdesk.protocol.ids import AdminKeyId, CodeId, Digest, GrantId, Micros, SessionId, uuid_text
from frontdesk.protocol.macs import mac
from frontdesk.protocol.records import Grant, OwnGrant
from frontdesk.runtime.keyring import Key, KeyRing
from frontdesk.runtime.sealing import decrypt, encrypt

CLIENT_ID_LENGTH = 22
MAX_PROVEN = 4_096  # characters: longer values are refused unhashed; imported secrets are far shorter
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_COUNTS = tokens.MAX_COUNTER + 1
_NOBODY = Digest(bytes(33))  # key ids begin at 1
_KEY_ID = re.compile(r"[1-9][0-9]{0,2}")


class _Clock(Protocol):
    def now(self) -> Micros: ...


class Mint:
    """Implements what the walks need of a mint. `random(n)` gives n bytes: the only source of randomness here."""

    def __init__(self, ring: KeyRing, clock: _Clock, *, random: Callable[[int], bytes] = os.urandom) -> None:
        """Around the keys of one installation."""
        self._random = random
        self._look: Callable[[], bool] | None = None
        self._trace_key = random(32)
        self._ids = TimeOrderedIds(clock, random)
        self._counter = int.from_bytes(random(4))
        self.load(ring)

    def load(self, ring: KeyRing) -> None:
        """Make and prove with these keys from now on; what the retired ones made proves nothing any more."""
        mac, digest = ring.in_force("mac"), ring.in_force("digest")
        self._mac_keys = {key.id: key.secret for key in mac}
        self._mac_id = mac[0].id
        self._mac_key = mac[0].secret
        self._digest_keys = {key.id: key.secret for key in digest}
        self._digest_first = digest[0]
        self._seal_keys = {key.id: key for key in ring.in_force("seal")}
        self._cookie_keys = {key.id: key for key in ring.in_force("cookie")}
        self._vault_keys = {key.id: key for key in ring.in_force("vault")}
        self._seal_first = ring.in_force("seal")[0]
        self._cookie_first = ring.in_force("cookie")[0]

    def look_by(self, look: Callable[[], bool]) -> None:
        """Ask `look` whether there are more keys (it then loads them) before something is refused for its key's id."""
        self._look = look

    def freshen(self) -> None:
        """Learn of changed keys, whatever state the store is in: one system call where they did not change."""
        if self._look is not None:
            self._look()

    def _finds(self, key_id: int, keys: Mapping[int, object]) -> bool:
        """Whether this key, which is none of `keys` now, may be one after a look at the key file."""
        return key_id not in keys and key_id > 0 and self._look is not None and self._look()

    # -- ids and plain randomness
    def new_id(self) -> str:
        """A fresh UUIDv7 text, later than every one before it in this process."""
        return self._ids.next()

    def new_stamp(self) -> int:
        """64 random bits, as a signed 64-bit integer."""
        return int.from_bytes(self._random(8), signed=True)

    def new_client_id(self, prefix: str) -> str:
        """`prefix` and 22 random letters and digits (130 bits)."""
        # 62**22 is 131 bits: over 256 random bits the remainder favours nobody by more than one in 2**125.
        number = int.from_bytes(self._random(32))
        characters = []
        for _ in range(CLIENT_ID_LENGTH):
            number, place = divmod(number, 62)
            characters.append(_ALPHABET[place])
        return prefix + "".join(characters)

    def new_secret(self, prefix: str) -> str:
        """`prefix` and 256 random bits in base64url, six characters of CRC at the end."""
        return tokens.write_secret(prefix, self._random(tokens.RANDOM_LENGTH))

    def new_login_code(self) -> str:
        """Six uniform random ASCII digits."""
        while True:
            number = int.from_bytes(self._random(4))
            if number < 4_294_000_000:  # the largest multiple of a million: above it low codes would be likelier
                return f"{number % 1_000_000:06d}"

    # -- tokens that name their row
    def new_code(self, code_id: CodeId) -> str:
        """An authorization code `fdac_…`."""
        return tokens.write_row_token(tokens.CODE, code_id, self._random(tokens.RANDOM_LENGTH))

    def new_refresh_token(self, grant_id: GrantId) -> str:
        """A refresh token `fdrt_…`."""
        return tokens.write_row_token(tokens.REFRESH, grant_id, self._random(tokens.RANDOM_LENGTH))

    def new_session_token(self, session_id: SessionId) -> str:
        """A session cookie's value `fdse_…`."""
        return tokens.write_row_token(tokens.SESSION, session_id, self._random(tokens.RANDOM_LENGTH))

    def new_admin_key(self, key_id: AdminKeyId) -> str:
        """An administration key `fdak_…`."""
        return tokens.write_row_token(tokens.ADMIN_KEY, key_id, self._random(tokens.RANDOM_LENGTH))

    def read_admin_key(self, value: str) -> AdminKeyId | None:
        """The row an administration key names; None unless it is well-formed."""
        row = tokens.read_row_token(tokens.ADMIN_KEY, value)
        return AdminKeyId(row) if row is not None else None

    def read_code(self, value: str) -> CodeId | None:
        """The row an authorization code names; None unless it is a well-formed code."""
        row = tokens.read_row_token(tokens.CODE, value)
        return CodeId(row) if row is not None else None

    def read_refresh_token(self, value: str) -> GrantId | None:
        """The grant a refresh token names; None unless it is a well-formed refresh token."""
        row = tokens.read_row_token(tokens.REFRESH, value)
        return GrantId(row) if row is not None else None

    def successor(self, grant: Grant) -> str:
        """The refresh token after the grant's current one: a function of its row, the same through a key's rotation."""
        return rotation.write_successor(grant, self._digest_keys[grant.refresh_digest[0]])

    def read_generation(self, value: str, grant: Grant) -> int | None:
        """Which of the grant's derived refresh tokens this is, under any key; None: none, nor its first one."""
        return rotation.read_generation(value, grant.id, self._digest_keys.values())

    def read_session_token(self, value: str) -> SessionId | None:
        """The row a session cookie names; None unless it is well-formed."""
        row = tokens.read_row_token(tokens.SESSION, value)
        return SessionId(row) if row is not None else None

    # -- digests
    @property
    def making_digest(self) -> int:
        """The id of the key under which digests are made: the first byte of each."""
        return self._digest_first.id

    def digest(self, value: str) -> Digest:
        """The keyed digest to store: one byte of key id, then HMAC-SHA256(key, SHA-256(value))."""
        return _digest(self._digest_first.id, self._digest_first.secret, _hash(value))

    def digests(self, value: str) -> tuple[Digest, ...]:
        """The digest under every key, the one in force first: for looking a value up after a rotation."""
        hashed = _hash(value)
        return tuple(_digest(key_id, key, hashed) for key_id, key in self._digest_keys.items())

    def digest_of_hash(self, sha256: bytes) -> Digest:
        """The digest of a value of which only its SHA-256 is known: the same as `digest` of the value itself."""
        return _digest(self._digest_first.id, self._digest_first.secret, sha256)

    def digests_of_hash(self, sha256: bytes) -> tuple[Digest, ...]:
        """The same under every key, the one in force first."""
        return tuple(_digest(key_id, key, sha256) for key_id, key in self._digest_keys.items())

    def proves(self, value: str, digest: Digest | None) -> bool:
        """Whether `value` is what `digest` was made of, in constant time; None and an unknown key prove nothing."""
        if len(value) > MAX_PROVEN:
            return False
        # For nobody and under an unknown key the same work is done: an unknown id takes as long as a wrong secret.
        digest = digest or _NOBODY
        key = self._digest_keys.get(digest[0])
        if key is None and self._finds(digest[0], self._digest_keys):
            key = self._digest_keys.get(digest[0])
        made = mac(key or self._digest_first.secret, _hash(value))
        return hmac.compare_digest(made, digest[1:]) and key is not None

    # -- access tokens
    def access_token(self, grant: Grant | OwnGrant, scope_mask: int, issued_at: Micros, expires_at: Micros) -> str:
        """A signed pointer to the grant; the counter tells two of the same microsecond apart."""
        self._counter = counter = (self._counter + 1) % _COUNTS
        claims = AccessClaims(
            grant_id=grant.id, stamp=grant.stamp, issued_at=issued_at, expires_at=expires_at, scope_mask=scope_mask
        )
        return tokens.write_access_token(claims, counter=counter, key_id=self._mac_id, key=self._mac_key)

    def read_access_token(self, value: str) -> AccessClaims | None:
        """What an access token says, when its CRC and MAC are right; its times are not judged here."""
        claims = tokens.read_access_token(value, self._mac_keys)
        if claims is None and self._finds(tokens.key_of_access_token(value), self._mac_keys):
            claims = tokens.read_access_token(value, self._mac_keys)
        return claims

    # -- sealing and short proofs
    def seal(self, purpose: str, content: bytes, *, lasting: bool = False) -> str:
        """Encrypt and authenticate: base64url of key id, salt, nonce and AES-256-GCM with `purpose` as its data.

        `lasting`: under a cookie key, which stays longer in force than those for what is on its way.
        """
        key, label = (self._cookie_first, b"lasting") if lasting else (self._seal_first, b"seal")
        sealed = encrypt(key, label, content, bound_to=purpose.encode(), random=self._random)
        return tokens.base64url(bytes((key.id,)) + sealed)

    def unseal(self, purpose: str, text: str, *, lasting: bool = False) -> bytes | None:
        """The content again; None where anything was changed, or the purpose is another."""
        raw = tokens.read_base64url(text)
        if not raw:
            return None
        if self._finds(raw[0], self._cookie_keys if lasting else self._seal_keys):
            return self.unseal(purpose, text, lasting=lasting)  # once: what is found now is not looked for again
        key = (self._cookie_keys if lasting else self._seal_keys).get(raw[0])
        label = b"lasting" if lasting else b"seal"
        return decrypt(key, label, raw[1:], bound_to=purpose.encode()) if key is not None else None

    # -- secrets that their owners may see again (D8)
    def keep_secret(self, network_id: str, version: int, secret: str) -> str | None:
        """A network's secret, encrypted for its owner's eyes: key id, point, base64url. None: there is no vault key."""
        key = next(iter(self._vault_keys.values()), None)
        if key is None:
            return None
        sealed = encrypt(key, b"vault", _encode(secret), bound_to=_owned_by(network_id, version), random=self._random)
        return f"{key.id}.{tokens.base64url(sealed)}"

    def reveal_secret(self, network_id: str, version: int, sealed: str) -> str | None:
        """The secret again; None where it is another pair's, was changed, or its key is gone."""
        key_id, _, text = sealed.partition(".")
        raw = tokens.read_base64url(text)
        key = self._vault_keys.get(int(key_id)) if _KEY_ID.fullmatch(key_id) else None
        if raw is None or key is None:
            return None
        content = decrypt(key, b"vault", raw, bound_to=_owned_by(network_id, version))
        return content.decode("utf-8", "surrogatepass") if content is not None else None

    def trace(self, content: bytes) -> bytes:
        """A keyed 128-bit hash under a key that this process drew: to find again what must not be kept."""
        return hashlib.blake2b(content, digest_size=16, key=self._trace_key).digest()

    def mac(self, purpose: str, content: str) -> str:
        """A short proof (base64url, 128 bits) over `content`; the purpose's length goes in, so that none runs over."""
        return _mac(self._cookie_first, purpose, content)

    def macs(self, purpose: str, content: str) -> tuple[str, ...]:
        """The proof under every key, the one in force first: for looking something up after a rotation."""
        return tuple([_mac(key, purpose, content) for key in self._cookie_keys.values()])

    def checks_mac(self, purpose: str, content: str, said: str) -> bool:
        """Whether `said` is the proof over `content` under any key, each compared in constant time."""
        sent = _encode(said)
        if any(hmac.compare_digest(mac.encode(), sent) for mac in self.macs(purpose, content)):
            return True
        # A proof names no key: where none fits, it may be of one that we do not know yet.
        return self._look is not None and self._look() and self.checks_mac(purpose, content, said)


class TimeOrderedIds:
    """UUIDv7 (RFC 9562 §5.7), each greater than the one before: within a millisecond 74 random bits are counted on."""

    def __init__(self, clock: _Clock, random: Callable[[int], bytes]) -> None:
        """The time comes from `clock`, the rest from `random`."""
        self._clock = clock
        self._random = random
        self._millisecond = 0
        self._tail = 0
        self._lock = threading.Lock()

    def next(self) -> str:
        """The next id's text."""
        with self._lock:
            millisecond = self._clock.now() // 1_000
            if millisecond > self._millisecond:
                # One bit short of the room, so that counting on cannot overflow within the millisecond.
                self._millisecond, self._tail = millisecond, int.from_bytes(self._random(10)) >> 7
            else:
                self._tail += 1 + int.from_bytes(self._random(4))
            millisecond, tail = self._millisecond, self._tail
        number = millisecond << 80 | 0x7 << 76 | (tail >> 62) << 64 | 0b10 << 62 | tail & 0x3FFF_FFFF_FFFF_FFFF
        return uuid_text(number.to_bytes(16))


def _encode(value: str) -> bytes:
    # What a caller sent may hold half a surrogate pair; it must be a wrong value, not an exception.
    return value.encode("utf-8", "surrogatepass")


def _hash(value: str) -> bytes:
    return hashlib.sha256(_encode(value)).digest()


def _digest(key_id: int, key: bytes, hashed: bytes) -> Digest:
    return Digest(bytes((key_id,)) + mac(key, hashed))


def _mac(key: Key, purpose: str, content: str) -> str:
    said = b"%d:%b%b" % (len(purpose.encode()), purpose.encode(), _encode(content))
    return tokens.base64url(mac(key.secret, said)[:16])


def _owned_by(network_id: str, version: int) -> bytes:
    return f"network secret\n{network_id}\n{version}".encode()
