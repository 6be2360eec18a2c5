"""Every store there is, as the contract's tests open it: in a folder of theirs, here or in another process."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from frontdesk_client import FileStore, MemoryStore, TokenStore

NAMES = (
    "default",
    "acme",
    "Acme",
    "ACME",
    "a/../b",
    "../up",
    ".",
    "",
    "tokens.lock",
    "a%2fb",
    "con",
    "кав'ярня",
    "x" * 300,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one is opened, and what it promises beside the contract of threads."""

    open: Callable[[Path], TokenStore]
    shared: bool  # with other processes
    names: tuple[str, ...] = NAMES


KINDS = {
    "memory": Kind(open=lambda _: MemoryStore(), shared=False),
    "file": Kind(open=lambda folder: FileStore(folder / "kept"), shared=True),
}
SHARED = [name for name, kind in KINDS.items() if kind.shared]
