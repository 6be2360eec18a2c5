"""Tokens that live as long as the process."""

from contextlib import AbstractContextManager

from frontdesk_client.stores.thread_locks import ThreadLocks
from frontdesk_client.tokens import Tokens


class MemoryStore:
    """A `TokenStore` in this process alone: shared by its threads, and gone with it."""

    def __init__(self) -> None:
        """Empty."""
        self._tokens: dict[str, Tokens] = {}
        self._locks = ThreadLocks()

    def load(self, name: str) -> Tokens | None:
        """What was saved last in this process."""
        return self._tokens.get(name)

    def save(self, name: str, tokens: Tokens | None) -> None:
        """Keep these until the process ends."""
        if tokens is None:
            self._tokens.pop(name, None)
        else:
            self._tokens[name] = tokens

    def lock(self, name: str, *, seconds: float) -> AbstractContextManager[None]:
        """Hold the name among the threads of this process."""
        return self._locks.hold(name, seconds=seconds)
