"""The policy that a worker begins with: the document's, or, in a dead worker's place, the one that was in force.

A bad document refuses a start. It must not keep a worker from taking a dead one's place, or a crash would do in the end
what the bad document may not: take the old rules out of force.
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from frontdesk.assemble.front import load_policy
from frontdesk.assemble.house import House
from frontdesk.assemble.policy_judging import Judged, PolicyRefused, judge_policy
from frontdesk.gateway.document import DocumentError
from frontdesk.gateway.policy import Policy
from frontdesk.settings import Settings

COPY = "policy-in-force"  # and the document's own suffix; in the data folder


@dataclass(slots=True, kw_only=True)
class PolicyStart:
    """Finds it in two steps: before the data folder is opened, and after. `replaces`: in a dead worker's place."""

    settings: Settings
    replaces: bool
    is_old: bool = False  # whether it is not the document's as it is now

    def load(self) -> Policy:
        """Compile the document. Raises DocumentError."""
        try:
            return load_policy(self.settings)
        except DocumentError as refused:
            return self._load_copy(refused)

    async def judge(self, house: House, policy: Policy) -> Judged:
        """Let it in unless it cuts somebody off. Raises PolicyRefused."""
        if self.is_old:
            return Judged(policy=policy, cut_off=())
        try:
            return await judge_policy(house, policy)
        except PolicyRefused as refused:
            return Judged(policy=self._load_copy(refused), cut_off=())

    def _load_copy(self, refused: DocumentError | PolicyRefused) -> Policy:
        copy = copy_of(self.settings)
        if not self.replaces or copy is None or not copy.exists():
            raise refused
        try:
            policy = load_policy(replace(self.settings, openapi=copy))
        except DocumentError:
            raise refused from None
        self.is_old = True
        return policy


def copy_of(settings: Settings) -> Path | None:
    """Where the document that is in force is kept; None where none is configured."""
    return settings.data / f"{COPY}{settings.openapi.suffix}" if settings.openapi is not None else None


def keep_copy(settings: Settings) -> None:
    """Keep the document as it is now, which is in force. Whole or not at all: others may be reading."""
    copy = copy_of(settings)
    if copy is None or settings.openapi is None:
        return
    content = settings.openapi.read_bytes()
    if copy.exists() and copy.read_bytes() == content:
        return
    draft = copy.with_name(f"{COPY}.{os.getpid()}.draft")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        draft.replace(copy)
    finally:
        draft.unlink(missing_ok=True)
