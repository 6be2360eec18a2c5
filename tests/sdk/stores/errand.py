"""What another process does with a store: `python errand.py KIND FOLDER VERB [NUMBER]`."""

import resource
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

from frontdesk_client import TokenStore
from frontdesk_client.errors import StoreFailed

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


def begin(store: TokenStore, _: int) -> None:
    """Keep what was before."""
    store.save("shared", sample("before"))


def fill(store: TokenStore, bytes_left: int) -> None:
    """Save where the disk takes so many bytes a file and no more, then say what is kept."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_left, bytes_left))
    attempt(store, bytes_left)


def attempt(store: TokenStore, _: int) -> None:
    """Save, and say what came of it and what is kept."""
    try:
        store.save("shared", large("b"))
    except StoreFailed as error:
        print(f"failed: {error}")
    else:
        print("saved")
    kept = store.load("shared")
    print("before" if kept == sample("before") else "after" if kept == large("b") else "lost")


if __name__ == "__main__":
    kind, folder, verb, *number = sys.argv[1:]
    opened = KINDS[kind].open(Path(folder))
    verbs = {"begin": begin, "count": count, "hold": hold, "save": save, "fill": fill, "attempt": attempt}
    verbs[verb](opened, int(number[0]) if number else 0)
