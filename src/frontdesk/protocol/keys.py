"""What keys there are and how each stands, without the keys themselves: for whoever lists, rotates and retires them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from frontdesk.protocol.ids import Micros

PURPOSES = ("mac", "digest", "seal", "cookie", "vault", "sign")

# What can stand or fall with a key, as people call it. The first group lasts until somebody ends it.
GRANTS, IMPORTED, APPS, PAIRS, SERVERS = "grants", "imported tokens", "apps", "network pairs", "resource servers"
ADMIN_KEYS = "administration keys"
SESSIONS, CODES, SIGN_IN_CODES = "sessions", "codes", "sign-in codes"
SETUP_LINKS, ADDRESS_CHANGES, OWNERSHIP_CODES = "set-up links", "changes of address", "codes of a handover"
INVITATIONS = "invitations"
SEALED = "sealed secrets"


class KeyState(StrEnum):
    """How a key stands."""

    MAKING = "making"  # makes and reads
    READING = "reading"
    NEW = "new"  # reads, until every process knows it and it may make
    RETIRED = "retired"  # proves nothing; kept, so that it can be restored


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """One key as people may see it. `print` tells two keys of one id apart, and nothing of the key."""

    purpose: str
    id: int
    made_at: str
    state: KeyState
    print: str
    makes_from: Micros | None = None  # when a key that signs begins to, if not at once: others must know it first


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """How many things of one kind stand or fall with one key."""

    purpose: str
    key_id: int
    kind: str  # as people call them: "grants", "apps", …
    count: int


def render_announcement(keys: Iterable[KeyFacts]) -> str:
    """What a store keeps of the keys in force, so that a process with an older key file can be told from the others."""
    return " ".join(f"{key.purpose}:{key.id}:{key.print}" for key in keys if key.state is not KeyState.RETIRED)


def find_lacking(announced: str, keys: Iterable[KeyFacts]) -> str | None:
    """A key ("digest 2") that was announced and is not among `keys`, in whatever state; None: all are.

    A vault without keys was destroyed on purpose, and lacks nothing.
    """
    known = {f"{key.purpose}:{key.id}:{key.print}": key.purpose for key in keys}
    for said in announced.split():
        purpose, key_id, _ = said.split(":")
        if said not in known and not (purpose == "vault" and purpose not in known.values()):
            return f"{purpose} {key_id}"
    return None
