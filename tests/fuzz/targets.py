"""Targets by chance: a template filled in, then bent in places where readers are known to differ."""

import random
import re
from collections.abc import Sequence

# From the advisories and guides that the attack catalogue cites, and from what parsers are known to drop or fold.
CORPUS = (
    b"/", b"//", b"/./", b"/../", b"/..", b"/.", b".", b"..", b"...", b"%2e", b"%2E%2e", b".%2e", b"%2f", b"%2F",
    b"%5c", b"\\", b";", b";x=1", b"/..;/", b"%3b", b"#", b"%23", b"?", b"%3f", b"%00", b"%", b"%2", b"%25", b"%252e",
    b"%252f", b"%2561", b"%61", b"%40", b"@", b":", b"%3A", b"+", b"%2B", b"%20", b" ", b"\t", b"\r", b"\n", b"%0a",
    b"%0d%0a", b"%09", b"~", b"%7e", b"*", b"|", b"[", b"]", b"{", b"}", b"{id}", b"<", b">", b'"', b"'", b"`", b"^",
    b"$", b"&", b"=", b",", b"!", b"caf%C3%A9", b"cafe%CC%81", b"\xc3\xa9", b"\xe9", b"%c0%ae", b"%c0%af",
    b"%e0%80%af", b"%ff", b"%EF%BC%8F", b"%EF%BC%8E", b"%ed%a0%80", b"%f0%9f%98%80", b"%u002f", b"%E2%80%AE",
    b"%C2%A0", b"%e2%80%8b", b"\x00", b"\x7f", b"%7f", b"%80", b"%C2%85", b"me", b"items", b"void", b"v1", b"rooms",
    b".json", b"%2Ejson", b"x.json", b"pre-", b"-", b"%2D", b":act", b"%3Aact", b"@evil.example", b"http://",
    b"%c4%b0", b"%e2%84%aa", b"0", b"-1", b"x" * 64,
)  # fmt: skip
PLAIN = (
    b"7",
    b"me",
    b"items",
    b"v1",
    b"a-b",
    b"x.json",
    b"a.b",
    b"caf%C3%A9",
    b"a%20b",
    b"%41",
    b"a%3Db",
    b"...",
    b"@me",
)


def random_target(rng: random.Random, templates: Sequence[str]) -> bytes:
    """One path, bent up to three times; sometimes with a query."""
    path = b"/".join(_filled(part, rng) for part in rng.choice(templates).split("/"))
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        path = _bend(path, rng)
    if rng.random() < 0.1:
        path += b"?" + rng.choice(CORPUS)
    return path


def _filled(part: str, rng: random.Random) -> bytes:
    filled = re.sub(r"\{\w+\}", lambda _: rng.choice(PLAIN).decode(), part)
    plain = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@%")
    return "".join(c if c in plain else "".join(f"%{byte:02X}" for byte in c.encode()) for c in filled).encode()


def _bend(path: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(path) + 1)
    match rng.randrange(7):
        case 0 | 1:
            return path[:place] + rng.choice(CORPUS) + path[place:]
        case 2:  # an escape for a character
            escape = b"%%%02x" if rng.random() < 0.5 else b"%%%02X"
            return path[:place] + b"".join(escape % byte for byte in path[place : place + 1]) + path[place + 1 :]
        case 3:  # something in the place of a slash
            slashes = [at for at, byte in enumerate(path) if byte == ord("/")]
            at = rng.choice(slashes) if slashes else place
            return path[:at] + rng.choice(CORPUS) + path[at + 1 :]
        case 4:
            return path[:place] + path[place : place + 1].swapcase() + path[place + 1 :]
        case 5:
            return path[:place] + path[place + 1 :]
        case _:
            return path + rng.choice((b"/", b"/x", b"//", b"/.", b"/..", b""))
