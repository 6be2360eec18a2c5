"""One refresh: read, check, refresh and write while the store is locked, so that no two do it. RFC 6749 §6."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from frontdesk_client.calling import Caller
from frontdesk_client.endpoints import Endpoints
from frontdesk_client.errors import ReauthorizationRequired, RefreshRefused, TokenEndpointFailed
from frontdesk_client.exchange import App, TokenRefusal, ask_by_refresh, read_token_answer
from frontdesk_client.freshness import choose_pause
from frontdesk_client.stores.protocol import TokenStore
from frontdesk_client.tokens import Tokens

DEAD = "The refresh token is refused: the connection was ended."
NEXT_STEP = "Send the user through Connect once more, and save what it gives under the same name."
LOCK_SECONDS = 60.0  # longer than all attempts of who holds it
_log = logging.getLogger("frontdesk_client")


@dataclass(slots=True, kw_only=True)
class Renewal:
    """Refreshes the tokens of one name in one store. Its caller sees to it that a process does so once at a time."""

    store: TokenStore
    name: str
    endpoints: Endpoints
    app: App
    caller: Caller
    clock: Callable[[], datetime]
    draw: Callable[[], float]
    _unsaved: tuple[Tokens, Tokens] | None = field(default=None, repr=False)  # what was refreshed, and into what
    _dead: Tokens | None = field(default=None, repr=False)  # whose refresh token is known to be refused

    def load(self) -> Tokens:
        """What the store holds, or `ReauthorizationRequired`."""
        tokens = self.store.load(self.name)
        if tokens is None:
            raise self._gone(f'No tokens are kept under "{self.name}".')
        return tokens

    def renew(self, is_good: Callable[[Tokens], bool]) -> Tokens:
        """Tokens that are good: what somebody else has saved meanwhile, or new ones, saved before they are used."""
        with self.store.lock(self.name, seconds=LOCK_SECONDS):
            before = self._load_latest()
            for _ in range(2):
                if is_good(before):
                    return before
                answer = self._ask(before)
                if isinstance(answer, Tokens):
                    return self._save(before, answer)
                if answer.error != "invalid_grant":
                    raise self._refused_otherwise(answer, before)
                # Where the lock does not reach everybody, another may have put a successor there while we asked.
                latest = self.load()
                if latest.refresh_token == before.refresh_token:
                    break
                before = latest
            self._dead = before
            raise self._gone(DEAD)

    def _load_latest(self) -> Tokens:
        """What the store holds; or what we could not save last time, if nobody else has saved anything since."""
        if self._unsaved is not None:
            return self._save(*self._unsaved)
        return self.load()

    def _save(self, before: Tokens, after: Tokens) -> Tokens:
        """Keep the new ones in the place of those that they were made of, and only there: who connected anew wins."""
        self._unsaved = (before, after)  # a server that rotates has given it once: it must outlive a store that fails
        latest = self.load()
        if latest == before:
            self.store.save(self.name, after)
            _log.info("refreshed the access token of %r", self.name)
            latest = after
        self._unsaved = None
        return latest

    def _ask(self, before: Tokens) -> Tokens | TokenRefusal:
        """Ask the token endpoint, again where no answer came."""
        if before.refresh_token is None:
            raise self._gone("The access token has ended, and no refresh token came with it.")
        if self._dead is not None and self._dead.refresh_token == before.refresh_token:
            raise self._gone(DEAD)
        call = ask_by_refresh(self.endpoints, self.app, before.refresh_token)
        for attempt in count(1):
            now = self.clock()
            try:
                return read_token_answer(self.caller.send(call), now=now, before=before)
            except TokenEndpointFailed as failed:
                pause = choose_pause(attempt, retry_after=failed.retry_after, spread=self.draw())
                if pause is None:
                    raise
            time.sleep(pause)
        raise AssertionError("attempts are counted without end")

    def _gone(self, message: str) -> ReauthorizationRequired:
        return ReauthorizationRequired(message, name=self.name, next_step=NEXT_STEP)

    def _refused_otherwise(self, refusal: TokenRefusal, before: Tokens) -> RefreshRefused:
        """With the server's own words, unless it repeats what it was sent."""
        words = str(refusal)
        for secret in (self.app.client_secret, before.refresh_token):
            words = words.replace(secret, "…") if secret else words
        return RefreshRefused(
            f"The authorization server refuses to refresh ({words}). Check the client's id and secret.",
            error=refusal.error,
        )
