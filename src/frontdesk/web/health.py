"""Is it alive, is it ready, which version: three small answers for the people who run it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address

import msgspec

from frontdesk import __version__
from frontdesk.protocol.http import Answer, Headers, Request
from frontdesk.protocol.store import StoreUnavailable

_HEADERS: Headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One worker's state. The server around it answers for it once it was asked to end."""

    worker: int
    check_store: Callable[[], Awaitable[None]]
    find_key_trouble: Callable[[], Awaitable[str]] | None = None
    policy_trouble: Callable[[], str] = str  # why the document as it is now is not in force; empty where it is

    async def live(self, request: Request) -> Answer:
        """GET /livez: the process answers. Callers on this machine are told which worker."""
        document: dict[str, object] = {"status": "ok"}
        if _is_loopback(request):
            document["worker"] = self.worker
        return _json(200, document)

    async def ready(self, request: Request) -> Answer:
        """GET /readyz: the store can be read and its migrations are complete; the keys are those of the others.

        Says too where the document as it is now is not in force.
        """
        problem = ""
        try:
            await self.check_store()
            trouble = await self.find_key_trouble() if self.find_key_trouble is not None else ""
            if trouble:
                problem = f"keys: {trouble}" if _is_loopback(request) else "keys"
        except StoreUnavailable as fault:
            problem = f"store: {fault}" if _is_loopback(request) else "store"
        if problem:
            return _json(503, {"status": problem})
        # An older document in force is a worry, and no reason to send calls elsewhere.
        kept = self.policy_trouble()
        details = {"policy": kept if _is_loopback(request) else "an older document is in force"} if kept else {}
        return _json(200, {"status": "ready", **details})

    async def version(self, request: Request) -> Answer:
        """GET /version."""
        return _json(200, {"name": "frontdesk", "version": __version__})


def _is_loopback(request: Request) -> bool:
    return request.peer is not None and ip_address(request.peer).is_loopback


def _json(status: int, document: dict[str, object]) -> Answer:
    headers = [*_HEADERS, (b"retry-after", b"1")] if status == 503 else _HEADERS
    return Answer(status=status, headers=headers, body=msgspec.json.encode(document))
