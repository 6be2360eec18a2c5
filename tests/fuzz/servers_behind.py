"""How servers behind read a target that is sent to them: the route that real routers take."""

import json
import re
import subprocess
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote, unquote, unquote_to_bytes

from starlette.routing import Match, Route
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, RequestRedirect, Rule

from fuzz.templates import in_order

Router = Callable[[bytes], set[str]]


def starlette(templates: Sequence[str]) -> Router:
    """An ASGI server decodes the path; the first route that fits is taken."""

    async def endpoint(_: Any) -> None:
        raise NotImplementedError

    routes = [Route(unquote(template), endpoint, methods=["GET"], name=template) for template in in_order(templates)]

    def serve(path: bytes) -> set[str]:
        scope = {"type": "http", "method": "GET", "path": unquote(path.decode("latin-1")), "headers": []}
        return set(next(([route.name] for route in routes if route.matches(scope)[0] is Match.FULL), []))

    return serve


def werkzeug(templates: Sequence[str]) -> Router:
    """A WSGI server decodes the path; werkzeug weighs its rules itself. A redirect comes back to us and is judged."""
    rules = [Rule(unquote(each).replace("{", "<").replace("}", ">"), endpoint=each) for each in in_order(templates)]
    bound = Map(rules).bind("api.example")

    def serve(path: bytes) -> set[str]:
        try:
            return {bound.match(unquote_to_bytes(path).decode("utf-8", "replace"), method="GET")[0]}
        except (HTTPException, RequestRedirect):
            return set()

    return serve


def undecoded(templates: Sequence[str]) -> Router:
    """A server that compares the path as it came with routes that are written as they look on the wire."""
    patterns = {
        each: re.compile("".join(map(_on_the_wire, re.split(r"(\{\w+\})", each)))) for each in in_order(templates)
    }

    def serve(path: bytes) -> set[str]:
        text = path.decode("latin-1")
        return set(next(([each] for each, pattern in patterns.items() if pattern.fullmatch(text)), []))

    return serve


def _on_the_wire(piece: str) -> str:
    return "[^/]+" if piece.startswith("{") else re.escape(quote(unquote(piece), safe="/!$&'()*+,=:@~"))


# `new URL` resolves dots, also escaped ones, and backslashes; routers match its path, decoded or not.
_NODE = """
const lines = require('readline').createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const path = Buffer.from(line, 'hex').toString('latin1');
  let raw = null, decoded = null;
  try { raw = new URL(path, 'http://api.example').pathname; decoded = decodeURIComponent(raw); } catch {}
  console.log(JSON.stringify([raw, decoded]));
});
"""


class NodeUrl:
    """Node's WHATWG URL, in one process for all questions."""

    def __init__(self, node: str) -> None:
        self._process = subprocess.Popen([node, "-e", _NODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def paths(self, targets: Sequence[bytes]) -> list[tuple[str | None, str | None]]:
        """What Node makes of each target's path: as it is, and decoded; None where it cannot."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        found: list[tuple[str | None, str | None]] = []
        for start in range(0, len(targets), 100):  # less than a pipe holds, both ways
            some = targets[start : start + 100]
            self._process.stdin.write(b"".join(target.hex().encode() + b"\n" for target in some))
            self._process.stdin.flush()
            found += [tuple(json.loads(self._process.stdout.readline())) for _ in some]
        return found

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
