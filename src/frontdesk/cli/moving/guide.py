"""What the old server does not know and its provider does: people's addresses and networks, and what scopes became."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from frontdesk.cli.moving.source import Source, read_sheet, text_of
from frontdesk.cli.speech import Refused
from frontdesk.protocol.addresses import read_email
from frontdesk.protocol.ids import Email, Micros, NetworkId, read_uuid
from frontdesk.protocol.scopes import Scopes, read_scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Addresses by old id. Whoever is left out of it has a reason that a report can name."""

    emails: dict[str, Email]
    reasons: dict[str, str]

    def find(self, user: str) -> Email | str:
        """The address, or (with a space in it, as no address has) why there is none to use."""
        found = self.emails.get(user)
        return found if found is not None else self.reasons.get(user, "its person is not in the table of people")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """How to translate. `networks` is by old id or address."""

    people: People
    networks: dict[str, tuple[NetworkId, ...]] = field(default_factory=dict)
    scopes: dict[str, Scopes] = field(default_factory=dict)
    app_scopes: Scopes = ()  # what every app may ask for besides what its tokens hold
    skip_unmapped: bool = False
    apps_only: bool = False
    now: Micros

    def networks_of(self, user: str, email: Email) -> tuple[NetworkId, ...]:
        """The networks that a person's tokens open, each once."""
        return tuple(dict.fromkeys(self.networks.get(user, ()) + self.networks.get(email, ())))

    def translate(self, scopes: Iterable[str]) -> Scopes:
        """Scopes as they are called here; one that is not in the map keeps its name."""
        return tuple(dict.fromkeys(new for scope in scopes for new in self.scopes.get(scope, (scope,))))


def read_networks(path: Path) -> dict[str, tuple[NetworkId, ...]]:
    """`user,network` lines: who, by old id or address, and one network's id."""
    found: dict[str, tuple[NetworkId, ...]] = {}
    for number, row in enumerate(read_sheet(path, "user", "network"), start=2):
        network = read_uuid(row["network"].strip())
        if network is None:
            raise Refused(f"{path}, line {number}: the network is not a UUID")
        user = row["user"].strip()
        key = (read_email(user) or user) if "@" in user else user
        found[key] = (*found.get(key, ()), NetworkId(network))
    return found


def read_scope_map(path: Path) -> dict[str, Scopes]:
    """`old,new` lines; a scope with several lines becomes several, one with an empty `new` is dropped."""
    found: dict[str, Scopes] = {}
    for number, row in enumerate(read_sheet(path, "old", "new"), start=2):
        new = read_scopes(row["new"])
        if new is None or not row["old"].strip():
            raise Refused(f"{path}, line {number}: this is not a scope")
        old = row["old"].strip()
        found[old] = (*found.get(old, ()), *new)
    return found


def read_people_sheet(path: Path) -> People:
    """`user,email` lines."""
    return _people((row["user"].strip(), row["email"], True) for row in read_sheet(path, "user", "email"))


def read_people_table(source: Source, table: str, *, email_column: str, active_column: str | None) -> People:
    """The old server's own table of people, with its `id` column; whoever is switched off there is left out."""
    return _people(
        (
            text_of(row, "id"),
            text_of(row, email_column),
            active_column is None or text_of(row, active_column).lower() not in ("0", "f", "false"),
        )
        for row in source.rows(table, "id", email_column)
    )


def _people(rows: Iterable[tuple[str, str, bool]]) -> People:
    emails: dict[str, Email] = {}
    reasons: dict[str, str] = {}
    held: dict[Email, list[str]] = {}
    for user, address, is_active in rows:
        email = read_email(address)
        if email is not None:
            held.setdefault(email, []).append(user)
        if not is_active:
            reasons[user] = "its person is switched off"
        elif email is None:
            reasons[user] = "its person has no usable e-mail address"
        else:
            emails[user] = email
    # Here an address is a person. Where the old server let several have one, nobody knows which of them it is.
    for users in held.values():
        for user in users if len(users) > 1 else ():
            emails.pop(user, None)
            reasons[user] = "several people of the old server have its person's e-mail address"
    return People(emails=emails, reasons=reasons)
