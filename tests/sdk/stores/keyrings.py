"""Backends of the package `keyring` for tests: one that works in the way of the least careful, and some that do not."""

import sqlite3
from contextlib import closing
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked


class WorkingKeyring(KeyringBackend):
    """Shared by processes. Like macOS it exchanges an entry in two steps, and a process can die in between."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        with closing(self._connect()) as there:
            there.execute("CREATE TABLE IF NOT EXISTS entry (service, username, password, UNIQUE (service, username))")

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=60, isolation_level=None)

    def get_password(self, service: str, username: str) -> str | None:
        """Read it."""
        with closing(self._connect()) as there:
            query = "SELECT password FROM entry WHERE service = ? AND username = ?"
            row = there.execute(query, (service, username)).fetchone()
            return None if row is None else str(row[0])

    def set_password(self, service: str, username: str, password: str) -> None:
        """Delete, and then add."""
        with closing(self._connect()) as there:
            there.execute("DELETE FROM entry WHERE service = ? AND username = ?", (service, username))
            there.execute("INSERT INTO entry VALUES (?, ?, ?)", (service, username, password))

    def delete_password(self, service: str, username: str) -> None:
        """Delete."""
        with closing(self._connect()) as there:
            there.execute("DELETE FROM entry WHERE service = ? AND username = ?", (service, username))


class LockedKeyring(WorkingKeyring):
    """Nobody unlocks it. Its refusals quote what they were given, as careless code does."""

    def get_password(self, service: str, username: str) -> str | None:
        """Refuse."""
        raise KeyringLocked(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Refuse."""
        raise KeyringLocked(f"{service} {username} {password}")


class PlaintextKeyring(WorkingKeyring):
    """Called like the one that writes plain text into a file."""
