"""Every call that the oracle is asked about, and a way to compare its answers with anybody's."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from oracle.oracle import Oracle

# Asks whoever is under test: (method, path, credential, network) -> (status, type), type "" where admitted.
# `credential` is a key of CREDENTIALS; `network` is granted, foreign or none.
Ask = Callable[[str, str, str, str], Awaitable[tuple[int, str]]]

ID = "0190b3a0-0000-7000-8000-00000000c0de"
NETWORKS = ("granted", "foreign", "none")
# Each credential, as what the oracle takes it for.
CREDENTIALS = {
    "none": "none",
    "wrong basic": "wrong",
    "wrong bearer": "wrong",
    "basic": "basic",
    "readonly": "oauth2",  # a token with every declared .readonly scope
    "everything": "oauth2",  # a token with every known scope
}


@dataclass(frozen=True)
class Disagreement:
    """One call that was answered otherwise than the contract says."""

    call: str
    expected: tuple[int, str]
    answered: tuple[int, str]


def scopes_of(oracle: Oracle, credential: str) -> list[str]:
    """The scopes that a credential holds."""
    return {"readonly": oracle.readonly_scopes, "everything": oracle.known_scopes}.get(credential, [])


def fill(template: str) -> str:
    """A path that matches a template, each parameter an id."""
    return re.sub(r"\{[^}]+\}", ID, template)


async def disagreements(oracle: Oracle, ask: Ask, credential: str, network: str) -> list[Disagreement]:
    """Ask about every operation, and keep what differs from the oracle."""
    found = []
    for method, template in oracle.security:
        scheme, scopes = CREDENTIALS[credential], scopes_of(oracle, credential)
        expected = oracle.expect(method, template, scheme, scopes, network)
        answered = await ask(method, fill(template), credential, network)
        if answered != expected:
            found.append(Disagreement(f"{method} {template}", expected, answered))
    return found
