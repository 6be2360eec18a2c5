"""A real Caddy before an API, as operators are told to run it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from servers.front_proxy import FrontProxy
from servers.needs import need


def start(frontdesk: int | Path, upstream: int, **wishes: Any) -> FrontProxy:
    """Start one and wait until it listens."""
    return FrontProxy("caddy", frontdesk, upstream, write=_write, **wishes)


def _write(folder: Path, ask: Callable[..., str]) -> Sequence[str]:
    (folder / "Caddyfile").write_text(ask())
    return [need("caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
