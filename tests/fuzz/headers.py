"""Header lists by chance, and a strict reading of the two headers that decide a call, written apart."""

import base64
import random

from oracle.reading import read_network

NETWORK = b"spacebring-network-id"
ID = b"0190b3a0-0000-7000-8000-00000000c0de"
NAMES = (
    b"authorization", b"authorization", NETWORK, NETWORK, b"spacebring_network_id", b"spacebring.network.id",
    b"spacebring-network_id", b"proxy-authorization", b"authorization-x", b"x-network-id", b"spacebring-network-id-",
    b"spacebring-network-i", b"spacebring--network-i", b"cookie", b"spacebring+network+id",
)  # fmt: skip
PIECES = (
    b"Bearer ", b"bearer ", b"BASIC ", b"Basic ", b"Basic", b"Bearer", b" ", b"  ", b"\t", b",", b"=", b"==", b"a",
    b"fdat_x", b"YTpi", b"YQ==", b"OmI=", b"YTo=", b"//79", b"YTpi\n", b"\xc3\xa9", b"\xff", b"\r\n", b"\n", b"\x00",
    b"~", b"+/", b"-_", b".", ID, ID.upper(), ID[:-1], b"{", b"}", b"-", b'"', b":", b"Negotiate ", b"x" * 4096,
    b"A" * 4095,
)  # fmt: skip


def random_authorization(rng: random.Random) -> bytes:
    """A value that may or may not be a credential."""
    if rng.random() < 0.3:
        pair = "".join(rng.choice("ab:é\x00\x7f %") for _ in range(rng.randint(0, 8)))
        encoded = base64.b64encode(pair.encode())
        if rng.random() < 0.3:
            place = rng.randrange(len(encoded) + 1)
            encoded = encoded[:place] + rng.choice((b"=", b"", b" ", b"-", b"!", b"A")) + encoded[place + 1 :]
        return rng.choice((b"Basic ", b"basic  ", b"BASIC ", b"Basic\t")) + encoded
    return b"".join(rng.choice(PIECES) for _ in range(rng.randint(0, 4)))


def random_headers(rng: random.Random) -> list[tuple[bytes, bytes]]:
    """A few headers, names in lower case as a parser gives them."""
    found = []
    for _ in range(rng.randint(0, 3)):
        name = rng.choice(NAMES)
        value = (
            random_authorization(rng) if b"auth" in name or rng.random() < 0.3 else rng.choice((ID, ID.upper(), b""))
        )
        found.append((name, value))
    return found


def read(headers: list[tuple[bytes, bytes]]) -> tuple[bytes | None, str | None] | None:
    """(Authorization, network id) as they must be read; None where the call is malformed."""
    authorizations = [value for name, value in headers if name == b"authorization"]
    networks = [value for name, value in headers if name == NETWORK]
    misspelt = [
        name for name, _ in headers
        if name != NETWORK and [c if c not in b"_." else ord("-") for c in name] == list(NETWORK)
    ]  # fmt: skip
    if len(authorizations) > 1 or len(networks) > 1 or misspelt:
        return None
    for value in authorizations:
        if any(byte in b",\r\n" or byte > 0x7F for byte in value):
            return None
    network = read_network(networks[0]) if networks else None
    if networks and network is None:
        return None
    return (authorizations[0] if authorizations else None), network
