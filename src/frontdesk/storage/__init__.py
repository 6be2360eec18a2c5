"""Remembers. Verbs are atomic by contract; time is passed in."""

from frontdesk.storage.memory import MemoryStore
from frontdesk.storage.opening import DatabaseRefused
from frontdesk.storage.sqlite import SqliteStore, open_sqlite
from frontdesk.storage.store import FAILPOINTS

__all__ = ["FAILPOINTS", "DatabaseRefused", "MemoryStore", "SqliteStore", "open_sqlite"]
