"""The desk in the app's own process, on this machine's store: a decision costs no request to anybody."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from frontdesk.assemble import build_app
from frontdesk.assemble.front import load_policy
from frontdesk.assemble.worker import WorkerApp
from frontdesk.gateway.gateway import Gateway
from frontdesk.gateway.identity import IdentityWriter
from frontdesk.gateway.policy import Policy
from frontdesk.gateway.target import Target
from frontdesk.gateway.vigil import Vigil, Watch
from frontdesk.middleware.desk import Allowed, DeskError, Intake
from frontdesk.middleware.judging import judge_by
from frontdesk.middleware.opening import Opening
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.http import Answer, Request
from frontdesk.settings import Settings, SettingsError, find_settings_file, read_settings

# The table of limits that processes share is used where there are several: an app's process is never sure to be alone.
_AT_LEAST = 2


class LocalDesk:
    """Judges calls by the document and the store of this machine, as a worker of `frontdesk serve` does.

    It opens the data folder that `frontdesk serve` and the command line use; what they change counts on the next call.
    The process must run as the folder's owner. Opened by the app's lifespan, or else by the first call; one desk serves
    one event loop.

    >>> desk = LocalDesk.at("frontdesk-data", openapi="api.yaml", requests_per_second=10)
    >>> desk.settings.network_header
    'spacebring-network-id'
    """

    def __init__(self, settings: Settings) -> None:
        """By settings as they are; nothing is opened yet."""
        self.settings = settings
        self.intake = Intake(trusted_proxies=settings.trusted_proxies)
        self.identity = IdentityWriter(network_header=settings.network_header.encode("ascii"), forwarded_host=b"")
        self._policy: Policy | None = None  # read before the desk is open, where that is asked for
        self._opening = Opening(self._begin, _end, what=f"the desk at {settings.data}")

    @classmethod
    def at(cls, data: str | Path, *, openapi: str | Path, **settings: Any) -> "LocalDesk":
        """At a data folder, by a document and further settings; DeskError where one of them is not allowed."""
        return cls(_read(file=None, environ={}, flags={"data": data, "openapi": openapi, **settings}))

    @classmethod
    def configured(cls, file: str | Path | None = None) -> "LocalDesk":
        """As `frontdesk serve` would be: by `frontdesk.toml` (or FRONTDESK_CONFIG's) and `FRONTDESK_…` variables."""
        found = find_settings_file(Path(file) if file is not None else None, os.environ)
        return cls(_read(file=found, environ=os.environ, flags={}))

    async def open(self) -> None:
        """Open the data folder and what belongs to it. DeskError where that cannot be."""
        await self._opening.get()

    async def aclose(self) -> None:
        """Write what was noted beside the calls, and close the folder."""
        await self._opening.aclose()

    def lists(self, target: Target) -> bool:
        """Whether the document has this path, whatever the method. DeskError where it cannot be a policy."""
        if self._policy is None:
            try:
                self._policy = load_policy(self.settings)
            except Exception as trouble:
                raise _in_words(trouble) from trouble
        found = self._policy.match("GET", target)
        return not (isinstance(found, Refusal) and found.reason is Reason.UNKNOWN_OPERATION)

    def watch(self, request: Request, end: Callable[[Refusal], None]) -> Watch | None:
        """Ask about it once in a while; not where the policy is only watched."""
        opened = self._opening.opened
        if opened is None or not opened.gateway.checker.enforces:
            return None
        return opened.vigil.watch(request, end)

    async def judge(self, request: Request) -> Allowed | Answer:
        """Decide one call. StoreUnavailable where nothing can be proven."""
        return await judge_by((await self._opening.get()).gateway, request)

    async def _begin(self) -> "_Opened":
        if self.settings.openapi is None:
            raise DeskError("there is no policy", "name the API's document: openapi = …")
        if not self.settings.data.is_dir():
            raise DeskError(f"there is no data folder {self.settings.data}", "name the one of 'frontdesk serve'")
        if self.settings.data.stat().st_uid != os.geteuid():
            # Files that another user leaves there would keep `frontdesk serve` out.
            raise DeskError(f"{self.settings.data} belongs to another user", "run the app as that one")
        settings = replace(self.settings, workers=max(_AT_LEAST, self.settings.workers))
        worker = build_app(settings, worker=0)
        try:
            gateway = (await worker.open(create=False)).gateway
        except Exception as trouble:
            raise _in_words(trouble) from trouble
        vigil = Vigil(gateway.checker.recheck)
        vigil.open()
        return _Opened(worker=worker, gateway=gateway, vigil=vigil)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    worker: WorkerApp
    gateway: Gateway
    vigil: Vigil


async def _end(opened: _Opened) -> None:
    await opened.vigil.close()
    await opened.worker.aclose()


def _read(**sources: Any) -> Settings:
    try:
        return read_settings(**sources)
    except SettingsError as wrong:
        raise DeskError("; ".join(wrong.problems)) from wrong


def _in_words(trouble: Exception) -> DeskError:
    """What keeps the folder from opening; those who raise it carry a hint."""
    if isinstance(trouble, OSError):
        where = f" ({trouble.filename})" if trouble.filename else ""
        return DeskError(f"{trouble.strerror or trouble}{where}", "run the app as the data folder's owner")
    place = getattr(trouble, "place", "")
    problem = getattr(trouble, "problem", str(trouble) or type(trouble).__name__)
    return DeskError(f"{problem} (at {place})" if place else problem, getattr(trouble, "hint", ""))
