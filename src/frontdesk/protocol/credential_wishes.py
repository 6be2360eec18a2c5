"""What somebody wants a Basic pair to be called and narrowed to, as it was typed; read once, each fault with its field.

RFC 4632 §3.1 and RFC 4291 §2.3 for ranges of addresses. Half-written ranges are refused with what they may have meant.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from typing import TypeAlias

from frontdesk.protocol.ids import DAY, SECOND, Micros
from frontdesk.protocol.messages import N_, say
from frontdesk.protocol.narrowing import Narrowing
from frontdesk.protocol.titles import TitleFault, judge_title

MOST_LINES = 50  # of operations and of addresses, each
MAX_NAME = 60
LONGEST = 3_660  # days: a last day is meant to come


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was typed. Operations and addresses one a line; the last day as 2027-01-31, in UTC, or empty."""

    name: str = ""
    read_only: bool = False
    operations: str = ""
    addresses: str = ""
    last_day: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one field, and what to do."""

    field: str
    text: str


Faults: TypeAlias = tuple[Fault, ...]

_NO_LAST_DAY = Fault(
    field="last_day",
    text=N_("The main credentials of a network have no last day. Make another pair that has one."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """What was meant."""

    name: str
    narrowing: Narrowing


def read_wish(wish: Wish, *, operations: Collection[str], is_main: bool, now: Micros) -> Wished | Faults:
    """The name and the narrowing, or every fault at once. `operations` are those of the document that take Basic.

    The main pair has no name of its own, and no last day: a network is never without one.
    """
    name = "" if is_main else _read_name(wish.name)
    chosen = _read_operations(wish.operations, operations)
    addresses = _read_addresses(wish.addresses)
    expires_at = _NO_LAST_DAY if is_main and wish.last_day.strip() else _read_last_day(wish.last_day, now)
    faults = tuple(read for read in (name, chosen, addresses, expires_at) if isinstance(read, Fault))
    if faults:
        return faults
    assert isinstance(name, str)
    assert isinstance(chosen, tuple)
    assert isinstance(addresses, tuple)
    assert not isinstance(expires_at, Fault)
    narrowing = Narrowing(read_only=wish.read_only, operations=chosen, addresses=addresses, expires_at=expires_at)
    return Wished(name=name, narrowing=narrowing)


def write_wish(name: str, narrowing: Narrowing) -> Wish:
    """What a pair is like, as it could have been typed."""
    return Wish(
        name=name,
        read_only=narrowing.read_only,
        operations="\n".join(narrowing.operations),
        addresses="\n".join(narrowing.addresses),
        last_day=last_day_of(narrowing.expires_at) if narrowing.expires_at is not None else "",
    )


def last_day_of(expires_at: Micros) -> str:
    """The last whole day before that moment."""
    return datetime.fromtimestamp((expires_at - 1) // SECOND, tz=UTC).date().isoformat()


def _read_name(text: str) -> str | Fault:
    name = judge_title(text)
    if isinstance(name, TitleFault) or len(name) > MAX_NAME:
        problem = say("Give it a name of 1 to %(most)s visible characters, such as Reports.", most=MAX_NAME)
        return Fault(field="name", text=problem)
    return name


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(" ".join(line.split()) for line in text.splitlines() if line.strip()))


def _read_operations(text: str, known: Collection[str]) -> tuple[str, ...] | Fault:
    lines = _lines(text)
    if len(lines) > MOST_LINES:
        return Fault(field="operations", text=say("Choose at most %(most)s operations.", most=MOST_LINES))
    for line in lines:
        if line not in known:
            near = get_close_matches(line, list(known), n=1, cutoff=0.5)
            problem = (
                say("The API has no operation %(line)s. Did you mean %(near)s?", line=line[:200], near=near[0])
                if near
                else say("The API has no operation %(line)s that takes these credentials.", line=line[:200])
            )
            return Fault(field="operations", text=problem)
    return tuple(lines)


def _read_addresses(text: str) -> tuple[str, ...] | Fault:
    from ipaddress import ip_network  # late: a tenth of a bare start

    lines = _lines(text.replace(",", "\n"))
    if len(lines) > MOST_LINES:
        return Fault(field="addresses", text=say("Choose at most %(most)s addresses.", most=MOST_LINES))
    found = []
    for line in lines:
        try:
            network = ip_network(line, strict=False)
        except ValueError:
            problem = say("%(line)s is no address. Write 192.0.2.7, or 192.0.2.0/24 for a range.", line=line[:60])
            return Fault(field="addresses", text=problem)
        alone, _, length = line.partition("/")
        if length and alone.lower() != str(network.network_address):
            problem = say(
                "%(line)s may mean all %(count)s addresses of %(range)s, or %(alone)s alone. Write which one you mean.",
                line=line,
                range=str(network),
                count=network.num_addresses,
                alone=alone,
            )
            return Fault(field="addresses", text=problem)
        if network.prefixlen == 0:
            return Fault(field="addresses", text=N_("That is every address. Leave the field empty to mean that."))
        found.append(str(network.network_address) if network.num_addresses == 1 else str(network))
    return tuple(dict.fromkeys(found))


def _read_last_day(text: str, now: Micros) -> Micros | Fault | None:
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return Fault(field="last_day", text=N_("Write the last day as year, month and day: 2027-01-31."))
    today = datetime.fromtimestamp(now // SECOND, tz=UTC).date()
    if day < today:
        return Fault(field="last_day", text=N_("That day is over. Choose today or a later one."))
    if day > today + timedelta(days=LONGEST):
        return Fault(field="last_day", text=N_("That is more than ten years away. Leave it empty to set no end."))
    return Micros((day - date(1970, 1, 1)).days * DAY + DAY)
