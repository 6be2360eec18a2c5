"""What a place for tokens must do: three methods."""

from contextlib import AbstractContextManager
from typing import Protocol

from frontdesk_client.tokens import Tokens


class TokenStore(Protocol):
    """Keeps the tokens of connections, each under a name that the caller chose.

    All three block, shortly, and may be called from any thread; async code calls them in a thread. A store that cannot
    be read or written raises `StoreFailed`.
    """

    def load(self, name: str) -> Tokens | None:
        """What was saved last under this name by anybody who shares the store; none: None."""
        ...

    def save(self, name: str, tokens: Tokens | None) -> None:
        """Keep these, whole or not at all, before it returns; None forgets the name."""
        ...

    def lock(self, name: str, *, seconds: float) -> AbstractContextManager[None]:
        """Hold the name alone among all who share the store: threads, and processes where it reaches them.

        Waits up to `seconds`, then raises `StoreBusy`. It must free itself when its holder dies, may be released in
        another thread than it was taken in, and is not taken twice by one holder.
        """
        ...
