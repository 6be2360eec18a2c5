"""What a trial run (`frontdesk try`) calls the things it makes, so that nothing else is ever taken for them.

A mark is the run's own UUIDv7: it says when the run began, too. Addresses lie under `.invalid`, which nobody can have
(RFC 2606 §2).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from frontdesk.protocol.ids import ClientId, Email, Micros, NetworkId, UserId, read_uuid, uuid_bytes

TITLE = "Frontdesk try"
DOMAIN = "frontdesk-try.invalid"

# Ids that hang on a trial are later than its mark; an hour is left for clocks of processes that went back.
_MARGIN = 3_600_000


def trial_title(mark: str, name: str) -> str:
    """What a network or an app of this run is called."""
    return f"{TITLE} {mark} {name}"


def trial_address(mark: str, name: str) -> Email:
    """The address of a person of this run."""
    return Email(f"{name}@{mark}.{DOMAIN}")


def is_trial_title(title: str, mark: str) -> bool:
    """Whether a network or an app was made by this run."""
    return title.startswith(trial_title(mark, ""))


def is_trial_address(email: str, mark: str) -> bool:
    """Whether a person was made up by this run."""
    return email.endswith(f"@{mark}.{DOMAIN}")


def read_mark(title: str) -> str | None:
    """The mark in the title of something that a run made; None for everything else."""
    if not title.startswith(f"{TITLE} "):
        return None
    mark = title.removeprefix(f"{TITLE} ").partition(" ")[0]
    return mark if read_uuid(mark) == mark else None


def began_at(mark: str) -> Micros:
    """When the run began: the time of its UUIDv7, to the millisecond (RFC 9562 §5.7)."""
    return Micros(int.from_bytes(uuid_bytes(mark)[:6]) * 1_000)


def least_id(mark: str) -> bytes:
    """An id below that of every code and grant which can hang on this run."""
    at = began_at(mark) // 1_000 - _MARGIN
    return max(0, at).to_bytes(6) + bytes(10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one run made. `budget_keys` are those of its people's addresses."""

    mark: str
    networks: Sequence[NetworkId] = ()
    users: Sequence[UserId] = ()
    clients: Sequence[ClientId] = ()
    budget_keys: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """How much of it is gone."""

    networks: int
    users: int
    clients: int
