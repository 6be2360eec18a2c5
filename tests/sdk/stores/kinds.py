"""Every store there is, as the contract's tests open it: in a folder of theirs, here or in another process."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keyring
from frontdesk_client import EnvironmentStore, FileStore, KeyringStore, MemoryStore, TokenStore
from keyring.backends.fail import Keyring as NoKeyring

from sdk.stores.keyrings import WorkingKeyring
from sdk.stores.recipes import open_django, open_sqlalchemy

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


def with_keyring(folder: Path) -> KeyringStore:
    """Where the system has one."""
    keyring.set_keyring(WorkingKeyring(folder / "ring"))
    return KeyringStore(folder / "kept")


def without_keyring(folder: Path) -> KeyringStore:
    """Where it has none: a server, a container, a sign-in over SSH."""
    keyring.set_keyring(NoKeyring())
    return KeyringStore(folder / "kept", tell=lambda _: None)


KINDS = {
    "memory": Kind(open=lambda _: MemoryStore(), shared=False),
    "environment": Kind(
        open=lambda _: EnvironmentStore({}), shared=False, names=("default", "shared", "a", "a_b", "ab")
    ),
    "file": Kind(open=lambda folder: FileStore(folder / "kept"), shared=True),
    "keyring": Kind(open=with_keyring, shared=True),
    "keyring without one": Kind(open=without_keyring, shared=True),
}
RECIPES = {
    "django": Kind(open=open_django, shared=True),
    "sqlalchemy": Kind(open=open_sqlalchemy, shared=True),
}
# A recipe is asked in processes of its own: Django's settings are the process's.
ASKED = os.environ.get("STORE_RECIPE")
if ASKED is not None:
    KINDS = {ASKED: RECIPES[ASKED]}
SHARED = [name for name, kind in KINDS.items() if kind.shared]
