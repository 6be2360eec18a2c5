"""A data folder of one's own with a network and its pair, for desks in the test's own process."""

from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from frontdesk.assemble import open_house
from frontdesk.flows.needs import Origin
from frontdesk.flows.operator import Objection, Operator
from frontdesk.middleware import LocalDesk
from frontdesk.settings import Settings
from middleware.guarded import API


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """Where a desk can be opened."""

    data: Path
    network_id: str
    client_id: str
    authorization: bytes = field(repr=False)

    def desk(self, **settings: Any) -> LocalDesk:
        """A desk that is not open yet."""
        return LocalDesk.at(self.data, openapi=API, **settings)


async def make_folder(data: Path) -> Folder:
    """Make one, as `frontdesk network add` does."""
    async with open_house(Settings(data=data), create=True) as house:
        operator = Operator(
            store=house.store, clock=house.clock, mint=house.mint, pairs=house.pairs, notices=house.open_notices()
        )
        origin = Origin(address=None, request_id="test")
        made = await operator.add_network("Harbour", owner="olivia@places.example", network_id=None, origin=origin)
        assert not isinstance(made, Objection), made
    pair = b64encode(f"{made.credential.client_id}:{made.secret}".encode())
    return Folder(
        data=data,
        network_id=made.network.id,
        client_id=made.credential.client_id,
        authorization=b"Basic " + pair,
    )


class Ears:
    """An ASGI app that keeps what it is told and answers in one way; and the other end of its calls."""

    def __init__(self) -> None:
        self.scopes: list[Any] = []
        self.sent: list[Any] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The app."""
        self.scopes.append(scope)
        headers = [(b"Cache-Control", b"public, max-age=60"), (b"X_Frontdesk_Role", b"owner")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"heard"})

    async def calls(self, app: Any, path: str, *headers: tuple[bytes, bytes], **more: Any) -> int:
        """One GET through an app that stands before it; the status."""
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "scheme": "http",
            "client": ("203.0.113.9", 4711),
            "headers": [(b"host", b"api.example"), *headers],
            **more,
        }
        self.sent.clear()

        async def receive() -> Any:
            return {"type": "http.request", "body": b""}

        async def send(message: Any) -> None:
            self.sent.append(message)

        await app(scope, receive, send)
        return int(self.sent[0]["status"])

    def answered(self, name: bytes) -> list[bytes]:
        """Every value of a header of the last answer."""
        return [value for key, value in self.sent[0]["headers"] if key == name]
