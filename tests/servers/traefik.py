"""A real Traefik before an API, as operators are told to run it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from servers.front_proxy import FrontProxy
from servers.needs import need


def start(frontdesk: int | Path, upstream: int, **wishes: Any) -> FrontProxy:
    """Start one and wait until it listens."""
    return FrontProxy("traefik", frontdesk, upstream, write=_write, **wishes)


def _write(folder: Path, ask: Callable[..., str]) -> Sequence[str]:
    routes = folder / "frontdesk-routes.yaml"
    routes.write_text(ask("--part", "routes"))
    static = folder / "traefik.yaml"
    static.write_text(ask("--part", "static").replace("filename: frontdesk-routes.yaml", f"filename: {routes}"))
    return [need("traefik"), f"--configFile={static}"]
