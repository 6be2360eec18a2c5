"""A real Envoy before an API, as operators are told to run it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from servers.front_proxy import FrontProxy
from servers.needs import need


def start(frontdesk: int | Path, upstream: int, **wishes: Any) -> FrontProxy:
    """Start one and wait until it listens."""
    return FrontProxy("envoy", frontdesk, upstream, write=_write, **wishes)


def _write(folder: Path, ask: Callable[..., str]) -> Sequence[str]:
    config = folder / "envoy.yaml"
    config.write_text(ask())
    words = ("--log-level", "warning", "--concurrency", "1", "--disable-hot-restart", "--use-dynamic-base-id")
    return [need("envoy"), "-c", str(config), *words]
