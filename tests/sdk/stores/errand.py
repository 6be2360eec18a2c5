"""What another process does with a store: `python errand.py KIND FOLDER VERB [NUMBER]`."""

import sys
import time
from datetime import timedelta
from pathlib import Path

from frontdesk_client import TokenStore

from sdk.stores.kinds import KINDS
from sdk.stores.samples import large, sample


def count(store: TokenStore, rounds: int) -> None:
    """Read, add a second, write, under the lock."""
    for _ in range(rounds):
        with store.lock("shared", seconds=60):
            found = store.load("shared")
            assert found is not None
            store.save("shared", sample("counted", found.made_at + timedelta(seconds=1)))


def hold(store: TokenStore, _: int) -> None:
    """Take the lock and keep it."""
    with store.lock("shared", seconds=60):
        print("held", flush=True)
        time.sleep(600)


def save(store: TokenStore, _: int) -> None:
    """Save one of two, again and again."""
    print("saving", flush=True)
    while True:
        store.save("shared", large("a"))
        store.save("shared", large("b"))


if __name__ == "__main__":
    kind, folder, verb, *number = sys.argv[1:]
    opened = KINDS[kind].open(Path(folder))
    {"count": count, "hold": hold, "save": save}[verb](opened, int(number[0]) if number else 0)
