"""A call before it is sent: what a caller writes, which may differ from what it should."""

import random
from dataclasses import dataclass, field

Headers = list[tuple[bytes, bytes]]
CASE = b"x-case"  # names the call at the API behind, whoever carried it there


@dataclass(slots=True, kw_only=True)
class Call:
    """One request. `rows` says what is odd about it, by the attack catalogue's ids."""

    number: int
    method: str
    path: bytes
    query: bytes = b""  # with its question mark
    headers: Headers = field(default_factory=list)  # Authorization, the network header and whatever else
    body: bytes = b""
    rows: list[str] = field(default_factory=list)
    authority: bytes = b""  # before the path in the request line: absolute form
    host: tuple[bytes, ...] | None = None  # None: the right one, once
    is_broken: bool = False  # the message itself is at fault: nobody may take it for a call
    odd_lines: bytes = b""  # raw header lines, for a broken message

    @property
    def target(self) -> bytes:
        """The origin form."""
        return self.path + self.query

    def read_headers(self) -> Headers:
        """The headers as a parser hands them on: lower case, without blanks around the values."""
        return [(name.lower(), value.strip(b" \t")) for name, value in (*self.headers, (CASE, b"%d" % self.number))]

    def render(self, host: bytes) -> bytes:
        """The bytes on the wire."""
        lines = [b"%s %s%s HTTP/1.1" % (self.method.encode(), self.authority, self.target)]
        lines += [b"Host: " + each for each in ((host,) if self.host is None else self.host)]
        lines += [b"X-Case: %d" % self.number, *(name + b": " + value for name, value in self.headers)]
        if (self.body or self.method in ("POST", "PUT", "PATCH")) and not self.odd_lines:
            lines.append(b"Content-Length: %d" % len(self.body))
        return b"\r\n".join(lines) + b"\r\n" + self.odd_lines + b"\r\n" + self.body

    def drop(self, name: bytes) -> None:
        """Take a header away, in any letter case."""
        self.headers = [(key, value) for key, value in self.headers if key.lower() != name]

    def one(self, name: bytes) -> bytes | None:
        """The value of a header that is there once."""
        return next((value for key, value in self.headers if key.lower() == name), None)


def put_in(text: bytes, piece: bytes, rng: random.Random) -> bytes:
    """A text with a piece in it somewhere after the first character."""
    place = rng.randint(1, len(text))
    return text[:place] + piece + text[place:]


def at_a_slash(path: bytes, piece: bytes, rng: random.Random) -> bytes:
    """A path with one of its slashes replaced."""
    places = [place for place, byte in enumerate(path) if byte == ord("/")]
    place = rng.choice(places)
    return path[:place] + piece + path[place + 1 :]
