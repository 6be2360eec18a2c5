"""What a run knows before its first step: what it made itself, or what it was given."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from frontdesk.cli.administration import Desk, administer
from frontdesk.cli.options import Ground
from frontdesk.cli.trying.facts import Facts
from frontdesk.cli.trying.operations import Choice
from frontdesk.flows.operator import Objection
from frontdesk.flows.trials import GUEST, LOCKED, NOBODY, OWNER, Trials, TrialTown
from frontdesk.protocol.trials import Removed, trial_address

REDIRECT_URI = "https://frontdesk-try.invalid/callback"
DEFAULT_HEADER = "spacebring-network-id"
# RFC 7636 appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
BURST = 30  # calls at once, for a limit of ten a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was typed about a server that somebody else runs. Empty: not given."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    redirect_uri: str = ""
    scope: str = ""
    basic_id: str = ""
    basic_secret: str = field(default="", repr=False)
    network: str = ""


def begin(issuer: str, choice: Choice, *, header: str = DEFAULT_HEADER) -> Facts:
    """Facts that need nothing of the server: names that nobody has, and the operations to try."""
    facts = Facts(known=dict(choice.facts))
    for name, value in {
        "issuer": issuer,
        "header": header,
        "nowhere": "0190a000-0000-7000-8000-00000000ffff",
        "unknown_id": "frontdesk-try-nobody",
        "unknown_token": "frontdesk-try-unknown-token",
        "wrong_secret": "frontdesk-try-wrong-secret",
        "wrong_code": "000000",
        "verifier": VERIFIER,
        "wrong_verifier": VERIFIER[::-1],
        "challenge": CHALLENGE,
    }.items():
        facts.write(name, value)
    write_scopes(facts, choice.scopes)
    return facts


def write_scopes(facts: Facts, scopes: tuple[str, ...]) -> None:
    """What the app asks for, as the steps name it."""
    facts.write("scope", " ".join(scopes))
    facts.write("scope_commas", ",".join(scopes))
    if len(scopes) > 1:
        facts.write("scope_a", scopes[0])


def write_given(facts: Facts, given: Given) -> None:
    """What was typed."""
    for name in ("client_id", "client_secret", "redirect_uri", "basic_id", "basic_secret", "network"):
        facts.write(name, getattr(given, name))
    _write_encoded(facts)
    facts.write("many_at_once", "yes")
    facts.write("burst", str(BURST))
    facts.write("pair_to_spend", given.basic_id)
    facts.write("secret_to_spend", given.basic_secret)


def write_town(facts: Facts, town: TrialTown, *, at_once: int, offers_members: bool, reads_mail: bool) -> None:
    """What was made; without somebody who reads mail nobody can sign in."""
    for made, tail in zip(town.networks, ("", "_b", "_c"), strict=True):
        facts.write(f"network{tail}", made.network.id)
        facts.write(f"title{tail}", made.network.title)
        facts.write(f"basic{tail}_id", made.credential.client_id)
        facts.write(f"basic{tail}_secret", made.secret)
    for app, head in ((town.app, ""), (town.other_app, "other_")):
        facts.write(f"{head}client_id", app.client.id)
        facts.write(f"{head}client_secret", app.secret)
    facts.write("redirect_uri", town.app.client.redirect_uris[0])
    for name in (OWNER, GUEST, LOCKED, NOBODY):
        facts.write(f"{name}_email", trial_address(town.mark, name) if reads_mail else "")
    _write_encoded(facts)
    facts.write("pair_to_spend", facts.get("basic_b_id"))
    facts.write("secret_to_spend", facts.get("basic_b_secret"))
    facts.write("burst", str(at_once * 3))
    facts.write("many_at_once", "yes" if at_once <= BURST else "")
    facts.write("members_are_not_offered", "" if offers_members else "yes")


def _write_encoded(facts: Facts) -> None:
    """The ids form-encoded further than any encoder would: the same to whoever decodes, another to whoever does not."""
    for name in ("client_id", "basic_id"):
        known = facts.get(name)
        facts.write(f"{name}_encoded", f"%{ord(known[0]):02X}{quote(known[1:], safe='')}" if known else "")


@contextlib.contextmanager
def made_town(ground: Ground, scope: str) -> Iterator[tuple[TrialTown, list[Removed]]]:
    """A town for as long as the block lasts; what was removed is then in the list."""
    town = administer(ground, lambda desk: _make(desk, scope))
    removed: list[Removed] = []
    try:
        yield town, removed
    finally:
        removed.append(administer(ground, lambda desk: _trials(desk).remove(town.mark, origin=desk.origin)))


async def _make(desk: Desk, scope: str) -> TrialTown | Objection:
    trials = _trials(desk)
    await trials.remove_left_behind(origin=desk.origin)
    return await trials.make(redirect_uri=REDIRECT_URI, scope=scope, origin=desk.origin)


def _trials(desk: Desk) -> Trials:
    operator = desk.operator
    return Trials(
        store=operator.store,
        clock=operator.clock,
        mint=operator.mint,
        operator=operator,
        registration=desk.registration,
    )


def mail_folder(mail: str) -> Path | None:
    """The folder that a mail setting names; None where mail goes elsewhere."""
    from frontdesk.runtime.mail_url import MailFolder, read_mail_url

    destination = read_mail_url(mail)
    return destination.path if isinstance(destination, MailFolder) else None
