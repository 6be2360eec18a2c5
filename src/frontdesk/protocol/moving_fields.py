"""What one field of a list may hold: each reader takes a JSON value and gives what is meant, or says what is wrong.

RFC 3339 (times), RFC 6749 appendix A (ids and secrets), RFC 7617 §2 (no colon in a user name).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.client_auth import MAX_CLIENT_ID, MAX_SECRET
from frontdesk.protocol.foreign_secrets import judge_hash
from frontdesk.protocol.ids import Email, Micros, NetworkId, read_uuid
from frontdesk.protocol.records import Profile, Role
from frontdesk.protocol.redirects import judge_registration
from frontdesk.protocol.scopes import MAX_SCOPES, read_scopes
from frontdesk.protocol.titles import TitleFault, judge_title

MAX_NETWORKS = 1_000
MAX_REDIRECT_URIS = 20
MIN_TOKEN = 16  # shorter ones can be guessed
MAX_TOKEN = 4_096

_ID = re.compile(r"[\x21-\x39\x3b-\x7e](?:[\x20-\x39\x3b-\x7e]*[\x21-\x39\x3b-\x7e])?")
_OUR_PREFIX = re.compile(r"fd[a-z]{2}_")
_TOKEN = re.compile(rf"[\x21-\x7e]{{{MIN_TOKEN},{MAX_TOKEN}}}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a value: the end of a sentence that begins with the field's name."""

    problem: str


FieldReader: TypeAlias = Callable[[Any], Any]


def shown(value: object) -> str:
    """What was written, short and safe to print on a terminal."""
    text = value if isinstance(value, str) else str(value)
    cut = "".join(c if c.isprintable() else "?" for c in text[:80])
    return f'"{cut}…"' if len(text) > 80 else f'"{cut}"'


def read_id(value: Any) -> NetworkId | Wrong:
    """A UUID with hyphens, in either case."""
    identity = read_uuid(value) if isinstance(value, str) else None
    return NetworkId(identity) if identity is not None else Wrong(f"is not a UUID: {shown(value)}")


def read_address(value: Any) -> Email | Wrong:
    """An e-mail address, lower-cased, the domain as A-label."""
    email = read_email(value) if isinstance(value, str) else None
    return email if email is not None else Wrong(f"is not an e-mail address: {shown(value)}")


def read_title(value: Any) -> str | Wrong:
    """A title or a name."""
    if not isinstance(value, str):
        return Wrong("must be a text")
    title = judge_title(value)
    return Wrong(title.problem) if isinstance(title, TitleFault) else title


def read_role(value: Any) -> Role | Wrong:
    """Administrator or member: an owner is named in the network's own row."""
    if value in (Role.ADMINISTRATOR.value, Role.MEMBER.value):
        return Role(value)
    if value == Role.OWNER.value:
        return Wrong('is not "owner" here: the network\'s own row names its owner')
    return Wrong(f"is administrator or member, not {shown(value)}")


def read_profile(value: Any) -> Profile | Wrong:
    """How strictly an app is treated."""
    if value in (Profile.COMPAT.value, Profile.STRICT.value):
        return Profile(value)
    return Wrong(f"is compat or strict, not {shown(value)}")


def read_flag(value: Any) -> bool | Wrong:
    """True or false, nothing that merely means it."""
    return value if isinstance(value, bool) else Wrong("must be true or false")


def id_reader(own_prefix: str) -> FieldReader:
    """A reader of ids that were made elsewhere; none may pass for another kind of thing."""

    def read(value: Any) -> str | Wrong:
        if not isinstance(value, str) or not value:
            return Wrong("must be a text that is not empty")
        if len(value) > MAX_CLIENT_ID:
            return Wrong(f"is longer than {MAX_CLIENT_ID} characters")
        if not _ID.fullmatch(value):
            return Wrong("must be printable ASCII without a colon, and without a space at either end")
        if _OUR_PREFIX.match(value) and not value.startswith(own_prefix):
            return Wrong(f"begins with {value[:5]}, which marks another kind of thing")
        return value

    return read


def read_secret(value: Any) -> str | Wrong:
    """A secret in the clear: whatever can be typed, never shown again."""
    if not isinstance(value, str) or not value:
        return Wrong("must be a text that is not empty")
    if len(value) > MAX_SECRET:
        return Wrong(f"is longer than {MAX_SECRET} characters")
    if not value.isprintable():  # half surrogate pairs and control characters
        return Wrong("holds a character that cannot be sent")
    return value


def read_hash(value: Any) -> str | Wrong:
    """A hash of a secret, in a form that can be checked at a bounded cost."""
    if isinstance(value, str) and judge_hash(value):
        return value
    return Wrong("is no hash that Frontdesk can check: see docs/moving-in.md for the forms")


def read_redirect_uris(value: Any) -> tuple[str, ...] | Wrong:
    """The addresses of an app, each once."""
    if not _is_texts(value) or not 1 <= len(value) <= MAX_REDIRECT_URIS:
        return Wrong(f"must be a list of 1 to {MAX_REDIRECT_URIS} texts")
    for uri in value:
        problem = judge_registration(uri)
        if problem is not None:
            return Wrong(f"holds {shown(uri)}: {problem}")
    return tuple(dict.fromkeys(value))


def read_scope_list(value: Any) -> tuple[str, ...] | Wrong:
    """Scopes in their order, each once."""
    if not _is_texts(value) or not 1 <= len(value) <= MAX_SCOPES:
        return Wrong(f"must be a list of 1 to {MAX_SCOPES} texts")
    for scope in value:
        if read_scopes(scope) != (scope,):
            return Wrong(f"holds {shown(scope)}, which is not one scope")
    return tuple(dict.fromkeys(value))


def read_networks(value: Any) -> tuple[NetworkId, ...] | Wrong:
    """Network ids, each once."""
    if not _is_texts(value) or not 1 <= len(value) <= MAX_NETWORKS:
        return Wrong(f"must be a list of 1 to {MAX_NETWORKS} network ids")
    found: dict[NetworkId, None] = {}
    for text in value:
        identity = read_uuid(text)
        if identity is None:
            return Wrong(f"holds {shown(text)}, which is not a UUID")
        found[NetworkId(identity)] = None
    return tuple(found)


def read_token(value: Any) -> str | Wrong:
    """A refresh token in the clear."""
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        return Wrong(f"must be {MIN_TOKEN} to {MAX_TOKEN:,} visible ASCII characters")
    if _OUR_PREFIX.match(value):
        return Wrong(f"begins with {value[:5]}: Frontdesk's own tokens move by backup and restore")
    return value


def read_sha256(value: Any) -> bytes | Wrong:
    """A SHA-256 digest in hexadecimal, in either case."""
    lowered = value.lower() if isinstance(value, str) and value.isascii() else ""
    return bytes.fromhex(lowered) if _SHA256.fullmatch(lowered) else Wrong("must be 64 hexadecimal digits")


def read_time(value: Any) -> Micros | Wrong:
    """An RFC 3339 time with its offset, in microseconds UTC."""
    wrong = Wrong(f"is not an RFC 3339 time such as 2025-03-01T09:00:00Z: {shown(value)}")
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return wrong
    try:
        moment = datetime.fromisoformat(value.upper())
        since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        return wrong
    micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return Micros(micros) if micros >= 0 else wrong


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
