"""Many callers with one connection: threads and tasks that share one credential, and processes with one each."""

import asyncio
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2
from frontdesk_client import FileStore, OAuth

TRIES = 8  # of an idempotent request whose reply was lost


@dataclass(slots=True, kw_only=True)
class Place:
    """Where the connection is kept, and whom it talks to. Sent to each process as one line."""

    url: str
    folder: str
    client_id: str
    client_secret: str = field(repr=False)
    network: str


class Member:
    """One credential in one process. Its clock is told, in hours from now."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._hours = 0
        self.auth = self.begin_anew()

    def begin_anew(self) -> OAuth:
        """A credential that remembers nothing, as in a process that was just started."""
        place = self._place
        self.auth = OAuth(
            place.client_id,
            place.client_secret,
            FileStore(place.folder),
            endpoints=place.url,
            network=place.network,
            clock=self.now,
        )
        return self.auth

    def now(self) -> datetime:
        """The told time."""
        return datetime.now(UTC) + timedelta(hours=self._hours)

    def turn(self, *, hours: int, anew: bool) -> None:
        """What begins a round: it is so many hours later, or the process was started again."""
        self._hours = hours
        if anew:
            self.begin_anew()

    def ask_by_threads(self, client: httpx2.Client, count: int) -> list[int]:
        """So many threads, which begin together; what each was answered."""
        gate = threading.Barrier(count)

        def ask(_: int) -> int:
            gate.wait()
            return self.ask(client)

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(ask, range(count)))

    def ask(self, client: httpx2.Client) -> int:
        """An idempotent request, sent again where its reply was lost; its status."""
        for _ in range(TRIES):
            try:
                return client.get(f"{self._place.url}/resources/v1", auth=self.auth).status_code
            except httpx2.TransportError:
                continue
        return 0

    async def ask_by_tasks(self, client: httpx2.AsyncClient, count: int) -> list[int]:
        """So many tasks at once."""
        return list(await asyncio.gather(*(self._ask_async(client) for _ in range(count))))

    async def _ask_async(self, client: httpx2.AsyncClient) -> int:
        for _ in range(TRIES):
            try:
                return (await client.get(f"{self._place.url}/resources/v1", auth=self.auth)).status_code
            except httpx2.TransportError:
                continue
        return 0


def live() -> None:
    """A process of the crowd: a line for each round, and a line with the statuses for an answer."""
    member = Member(Place(**json.loads(sys.stdin.readline())))
    with httpx2.Client(timeout=60) as client:
        print("ready", flush=True)
        for line in sys.stdin:
            member.turn(**json.loads(line))
            print(json.dumps(member.ask_by_threads(client, 2)), flush=True)


if __name__ == "__main__":
    live()
