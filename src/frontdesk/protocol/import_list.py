"""A list that moves in, made ready to be judged: with digests in the place of secrets, and ids for whoever is new."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from frontdesk.protocol.ids import CodeId, Digest, Email, Micros, NetworkId, UserId, uuid_text
from frontdesk.protocol.moving import AppRow, CredentialRow, NetworkRow, RoleRow, TokenRow, UserRow
from frontdesk.protocol.records import Client, Grant, NetworkCredential


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialDraft:
    """A Basic pair as it would be stored. `digests`: of its secret under every key; none where only a hash is known."""

    row: CredentialRow
    credential: NetworkCredential
    digests: tuple[Digest, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppDraft:
    """An app as it would be stored. `digests`: as in a credential's draft."""

    row: AppRow
    client: Client
    digests: tuple[Digest, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDraft:
    """A grant as it would be stored, but for its user's id; `digests` are what its token may be known by here."""

    row: TokenRow
    grant: Grant
    digests: tuple[Digest, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportList:
    """All rows, with the ids and secrets that may be needed made beforehand: a plan draws nothing."""

    networks: tuple[NetworkRow, ...]
    users: tuple[UserRow, ...]
    roles: tuple[RoleRow, ...]
    credentials: tuple[CredentialDraft, ...]
    apps: tuple[AppDraft, ...]
    tokens: tuple[TokenDraft, ...]
    user_ids: Mapping[Email, UserId]  # for whoever is new
    spare_credentials: Mapping[NetworkId, NetworkCredential]  # for networks whose pair is not in the list
    now: Micros
    cap: int  # grants a connection
    update: bool = False


def code_id_of(digest: Digest) -> CodeId:
    """What stands in a moved grant's row for the code it never had: by it the grant is told again at a second import.

    Its token's own digest may be another by then: a token that was known by a part is known by all of it once used.
    """
    return CodeId(uuid_text(digest[1:17]))
