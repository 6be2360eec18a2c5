"""An office with a key: somebody who calls the administration API of a story's house."""

import json
from dataclasses import dataclass, field
from typing import Any

from frontdesk.flows.admin_keys import FreshAdminKey
from frontdesk.storage import MemoryStore
from frontdesk.testing.story import OPERATOR, Story
from frontdesk.testing.wire import Reply, call
from frontdesk.web.front import Front


@dataclass
class Office:
    """Calls the API with one key."""

    story: Story
    front: Front
    key: str = field(repr=False)

    @classmethod
    async def open(
        cls, *, read_only: bool = False, days: int | None = None, store: object = None, **changed: object
    ) -> "Office":
        """A new house with an administration, and a key to it; `changed` are settings."""
        story = await Story.begin(store or MemoryStore(), admin_port=0, **changed)
        front = story.admin
        made = await story.admin_keys.add("office", read_only=read_only, days=days, origin=OPERATOR)
        assert isinstance(made, FreshAdminKey)
        assert front is not None
        return cls(story=story, front=front, key=made.value)

    async def asks(self, operation: str, body: Any = None, *, key: str | None = None) -> Reply:
        """The answer to "GET /networks"."""
        method, _, path = operation.partition(" ")
        headers = [("authorization", f"Bearer {self.key if key is None else key}")]
        if body is not None:
            headers.append(("content-type", "application/json"))
        sent = json.dumps(body).encode() if body is not None else b""
        return await call(self.front, method, f"/admin/v1{path}", headers=headers, body=sent, peer="127.0.0.1")

    async def gets(self, operation: str, body: Any = None) -> Any:
        """What an operation answers that succeeds."""
        reply = await self.asks(operation, body)
        assert reply.status in (200, 201), (operation, reply.status, reply.text)
        return reply.json()

    async def is_refused(self, operation: str, body: Any = None) -> tuple[int, str]:
        """Status and type of an answer that refuses."""
        reply = await self.asks(operation, body)
        return reply.status, reply.json()["type"]
