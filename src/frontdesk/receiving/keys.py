"""The gateway's public keys at the API: given once, or fetched, kept for as long as they say, and asked for rarely."""

import asyncio
import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

from joserfc.jwk import ECKey

from frontdesk.receiving.fetching import Fetch, FetchError
from frontdesk.receiving.refused import KeysUnavailableError

KID = re.compile(r"[A-Za-z0-9_-]{1,64}")
SEEK_AFTER = 10.0  # seconds between two fetches for a key that is not known, however many ask for one
RETRY_AFTER = 1.0  # seconds between two tries while the keys are too old, or never came
STALE = 300.0  # seconds that keys which ran out are still used, while new ones cannot be had
_MEMBERS = ("kty", "crv", "x", "y")
_MAX_KEYS = 32

Keys: TypeAlias = Mapping[str, ECKey]


class KeySource(Protocol):
    """Finds keys by the name that an assertion gives. A name is only ever looked up: it is no path and no address."""

    def find(self, kid: str) -> ECKey | None:
        """The key of that name. KeysUnavailableError where there are no keys at all; may fetch, and so block."""

    async def find_async(self, kid: str) -> ECKey | None:
        """The same, without blocking the event loop."""


def read_keys(document: Any) -> Keys:
    """The keys of a JWK set that can check assertions; the others are left out, and so is a private one."""
    listed = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(listed, list) or len(listed) > _MAX_KEYS:
        raise ValueError("it is no JWK set")
    found = {}
    for jwk in listed:
        if isinstance(jwk, Mapping) and _can_check(jwk):
            found[str(jwk["kid"])] = ECKey.import_key({name: jwk[name] for name in _MEMBERS})
    if not found:
        raise ValueError("it holds no key for ES256")
    return found


def _can_check(jwk: Mapping[str, Any]) -> bool:
    kid = jwk.get("kid")
    return (
        (jwk.get("kty"), jwk.get("crv")) == ("EC", "P-256")
        and isinstance(kid, str)
        and KID.fullmatch(kid) is not None
        and jwk.get("use", "sig") == "sig"
        and jwk.get("alg", "ES256") == "ES256"
        and "d" not in jwk
        and all(isinstance(jwk.get(name), str) for name in _MEMBERS)
    )


class FixedKeys:
    """Keys that were handed over, and never change."""

    def __init__(self, document: Any) -> None:
        """A JWK set. ValueError where it holds no key that can check assertions."""
        self._keys = read_keys(document)

    def find(self, kid: str) -> ECKey | None:
        """The key of that name."""
        return self._keys.get(kid)

    async def find_async(self, kid: str) -> ECKey | None:
        """The key of that name."""
        return self._keys.get(kid)


class RemoteKeys:
    """Keys from the gateway, kept for as long as it says. Safe to use from many threads and tasks."""

    def __init__(self, fetch: Fetch, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is fetched before the first assertion."""
        self._fetch = fetch
        self._clock = clock
        self._keys: Keys = {}
        self._fresh_until = self._tried_at = float("-inf")
        self._problem = "they were never fetched"
        self._lock = threading.Lock()
        self._flight: asyncio.Task[None] | None = None

    def find(self, kid: str) -> ECKey | None:
        """The key of that name; waits where it may be one that was not fetched yet."""
        if self._must_wait(kid):
            with self._lock:
                self._refresh(kid)
        elif self._may_fetch(kid) and self._lock.acquire(blocking=False):
            # One thread looks for newer keys; the others need not wait for it.
            try:
                self._refresh(kid)
            finally:
                self._lock.release()
        return self._get(kid)

    async def find_async(self, kid: str) -> ECKey | None:
        """The same; one thread fetches, whoever needs what it fetches waits for it."""
        flight = self._flight
        if flight is None or flight.done() or flight.get_loop() is not asyncio.get_running_loop():
            flight = None
            # Somebody else's thread may be fetching right now: then the wait is for that one.
            if self._may_fetch(kid) or (self._must_wait(kid) and self._lock.locked()):
                flight = self._flight = asyncio.create_task(asyncio.to_thread(self._refresh_alone, kid))
        if flight is not None and self._must_wait(kid):
            await asyncio.shield(flight)
        return self._get(kid)

    def _refresh_alone(self, kid: str) -> None:
        with self._lock:
            self._refresh(kid)

    def _get(self, kid: str) -> ECKey | None:
        if self._clock() >= self._fresh_until + STALE:
            raise KeysUnavailableError(f"the gateway's keys cannot be had: {self._problem}")
        return self._keys.get(kid)

    def _must_wait(self, kid: str) -> bool:
        return kid not in self._keys or self._clock() >= self._fresh_until + STALE

    def _may_fetch(self, kid: str) -> bool:
        now = self._clock()
        if now >= self._fresh_until:
            return now >= self._tried_at + RETRY_AFTER
        return kid not in self._keys and now >= self._tried_at + SEEK_AFTER

    def _refresh(self, kid: str) -> None:
        """Fetch, unless somebody just did."""
        if not self._may_fetch(kid):
            return
        self._tried_at = self._clock()
        try:
            content, max_age = self._fetch()
            self._keys = read_keys(json.loads(content))
            self._fresh_until = self._tried_at + max_age
        except (FetchError, ValueError, RecursionError) as fault:
            self._problem = str(fault) if isinstance(fault, FetchError) else "what came is no JWK set"
