"""The calls: every operation, every credential, every network, and the attack catalogue's rows, by a seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sameness.calls import Call
from sameness.odd_headers import BREAKS, HEADER_CHANGES, NETWORK
from sameness.odd_paths import PATH_CHANGES

# What stands in a parameter: ids, words that are literals elsewhere, and what may be escaped or not.
VALUES = (
    b"0190b3a0-0000-7000-8000-00000000c0de", b"42", b"me", b"v1", b"items", b"void", b"a.b", b"caf%C3%A9", b"a%20b",
    b"x%3Dy", b"~t", b"@me", b"a:b", b"a,b", b"%41%7E", b"(1)", b"*", b"a%25b", b"%E2%9C%93", b"...", b"-",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What a caller may hold: what it is, the Authorization value, and the networks that it opens."""

    what: str
    value: bytes | None
    networks: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Materials:
    """What calls are made of."""

    operations: Sequence[tuple[str, str]]
    credentials: Sequence[Credential]
    networks: Sequence[bytes | None]
    master: Credential  # opens every operation in its networks, by OAuth2

    @property
    def living(self) -> list[Credential]:
        """The credentials that open something."""
        return [credential for credential in self.credentials if credential.networks]


def generate(materials: Materials, *, count: int, seed: int) -> Iterator[Call]:
    """`count` calls: first each operation as it should be called, then what chance makes of everything."""
    rng = random.Random(seed)
    for number, (method, template) in enumerate(materials.operations[:count]):
        yield _call(number, method, template, materials.master, materials.master.networks, rng)
    for number in range(len(materials.operations), count):
        method, template = rng.choice(materials.operations)
        is_from_all = number < 2 * len(materials.operations) or rng.random() < 0.4
        credential = rng.choice(materials.credentials if is_from_all else materials.living)
        is_own = rng.random() < 0.6 and credential.networks
        networks = (*credential.networks, None) if is_own else materials.networks
        call = _call(number, method, template, credential, networks, rng)
        _bend(call, rng)
        yield call


def _call(
    number: int,
    method: str,
    template: str,
    credential: Credential,
    networks: Sequence[bytes | None],
    rng: random.Random,
) -> Call:
    call = Call(number=number, method=method, path=_fill(template, rng), rows=[credential.what])
    if credential.value is not None:
        call.headers.append((b"Authorization", credential.value))
    network = rng.choice(networks)
    if network is not None:
        call.headers.append((rng.choice((NETWORK, NETWORK.title(), NETWORK.upper())), network))
    if method in ("POST", "PUT", "PATCH") and rng.random() < 0.5:
        call.body = b'{"a":1}'
    return call


def _fill(template: str, rng: random.Random) -> bytes:
    parts = []
    for part in template.split("/"):
        begin, _, rest = part.partition("{")
        parts.append(
            part.encode() if not rest else begin.encode() + rng.choice(VALUES) + rest.partition("}")[2].encode()
        )
    return b"/".join(parts)


def _bend(call: Call, rng: random.Random) -> None:
    chance = rng.random()
    if chance < 0.45:
        return
    changes = rng.sample(PATH_CHANGES, rng.randint(0, 1)) + rng.sample(HEADER_CHANGES, rng.randint(0, 2))
    if chance > 0.95:
        changes.append(rng.choice(BREAKS))
    for row, change in changes or [rng.choice(PATH_CHANGES)]:
        call.rows.append(row)
        change(call, rng)
