"""What the walks need of a mint: the holder of keys and of randomness (DESIGN D2, D8)."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.protocol.access import AccessClaims
from frontdesk.protocol.ids import AdminKeyId, CodeId, Digest, GrantId, Micros, SessionId
from frontdesk.protocol.records import Grant, OwnGrant


class Mint(Protocol):
    """Makes and proves ids, secrets and tokens: the holder of keys and randomness."""

    def new_id(self) -> str:
        """A fresh UUIDv7 text."""

    def new_stamp(self) -> int:
        """64 random bits, as a signed 64-bit integer."""

    def new_client_id(self, prefix: str) -> str:
        """`prefix` ("fdci_", "fdni_") and 22 random characters."""

    def new_secret(self, prefix: str) -> str:
        """`prefix` ("fdcs_", "fdns_"), 256 random bits in base64url, six characters of CRC."""

    def new_login_code(self) -> str:
        """Six uniform random ASCII digits."""

    def new_code(self, code_id: CodeId) -> str:
        """An authorization code `fdac_…` that carries its row's id and 256 random bits."""

    def new_refresh_token(self, grant_id: GrantId) -> str:
        """A refresh token `fdrt_…` that carries its grant's id and 256 random bits."""

    def new_session_token(self, session_id: SessionId) -> str:
        """A session cookie's value: the row's id and 256 random bits."""

    def new_admin_key(self, key_id: AdminKeyId) -> str:
        """An administration key `fdak_…` that carries its row's id and 256 random bits."""

    def read_admin_key(self, value: str) -> AdminKeyId | None:
        """The row an administration key names; None unless well-formed."""

    def read_code(self, value: str) -> CodeId | None:
        """The row an authorization code names; None unless well-formed, canonical and with a right CRC."""

    def read_refresh_token(self, value: str) -> GrantId | None:
        """The grant a refresh token names; None unless well-formed."""

    def successor(self, grant: Grant) -> str:
        """The refresh token that follows the grant's current one: the same for everybody who asks (D7)."""

    def read_generation(self, value: str, grant: Grant) -> int | None:
        """Which of the grant's derived refresh tokens this is; None: none of them, nor its first one."""

    def read_session_token(self, value: str) -> SessionId | None:
        """The row a session cookie names; None unless well-formed."""

    def freshen(self) -> None:
        """Learn of changed keys now, without the store: for what is read before any glance is taken."""

    @property
    def making_digest(self) -> int:
        """The id of the key under which digests are made: the first byte of each."""

    def digest(self, value: str) -> Digest:
        """The keyed digest to store for a secret value."""

    def digests(self, value: str) -> Sequence[Digest]:
        """The digest under every key, the one in force first: for judging a value that a store looks up."""

    def digest_of_hash(self, sha256: bytes) -> Digest:
        """The digest of a value of which only its SHA-256 (32 bytes) is known."""

    def digests_of_hash(self, sha256: bytes) -> Sequence[Digest]:
        """The same under every key, the one in force first."""

    def proves(self, value: str, digest: Digest | None) -> bool:
        """Whether `value` is what `digest` was made of, in constant time. None is nobody, at the same cost."""

    def access_token(self, grant: Grant | OwnGrant, scope_mask: int, issued_at: Micros, expires_at: Micros) -> str:
        """A signed pointer to the grant, or to what an app may do on its own (D2)."""

    def read_access_token(self, value: str) -> AccessClaims | None:
        """What an access token says, when its CRC and MAC are right; its times are not judged here."""

    def seal(self, purpose: str, content: bytes, *, lasting: bool = False) -> str:
        """Encrypt and authenticate `content` (AEAD) as base64url text; `purpose` and `lasting` must match at `unseal`.

        `lasting`: for what a browser keeps for months, under keys that stay in force longer.
        """

    def unseal(self, purpose: str, text: str, *, lasting: bool = False) -> bytes | None:
        """The content again; None where anything was changed, or the purpose is another."""

    def keep_secret(self, network_id: str, version: int, secret: str) -> str | None:
        """A network's secret encrypted for its owner's eyes (D8), bound to network and version.

        None where the key for it was destroyed: then a secret is shown once, and kept nowhere.
        """

    def reveal_secret(self, network_id: str, version: int, sealed: str) -> str | None:
        """The secret again; None where it is another pair's, was changed, or its key is gone."""

    def trace(self, content: bytes) -> bytes:
        """A keyed 128-bit hash, quick and good within this process only: to find again what must not be kept."""

    def mac(self, purpose: str, content: str) -> str:
        """A short proof (base64url, 128 bits) over `content`, for form tokens and budget keys."""

    def macs(self, purpose: str, content: str) -> Sequence[str]:
        """The proof under every key, the one in force first: for looking something up after a rotation."""

    def checks_mac(self, purpose: str, content: str, said: str) -> bool:
        """Whether `said` is the proof over `content` under any key."""
