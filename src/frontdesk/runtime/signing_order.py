"""Which key signs when, and which are published: each is known everywhere before it signs anything. Pure.

Whoever checks signatures keeps the published keys for a while. So a key that is put first signs only `SIGNS_AFTER`
later, and the one before it until then; and a key that signs no more stays published until its last assertion ended.
"""

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.protocol.assertions import SIGNS_AFTER, STAYS_AFTER
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.keys import KeyState
from frontdesk.runtime.keyring import Key, KeyRing


def find_signing(keys: Sequence[Key], *, now: Micros) -> Key | None:
    """The key that signs at `now`: the first whose time has come.

    Where every other was retired before a new one's time came, that one signs at once: late readers of the published
    keys then miss a call or two, but what is withdrawn signs nothing more.
    """
    able = [key for key in keys if key.state is None]
    due = (key for key in able if _start(key) <= now)
    return next(due, None) or min(able, key=_start, default=None)


def list_published(keys: Sequence[Key], *, now: Micros) -> list[Key]:
    """The keys that an assertion in force may be signed with, or soon will be."""
    published, ended = [], None
    for key in keys:
        if key.state is KeyState.RETIRED:
            continue
        if key.state is KeyState.NEW or ended is None or now < ended + STAYS_AFTER:
            published.append(key)
        if key.state is None:
            # Whoever stands behind it signs no more once it begins.
            ended = _start(key) if ended is None else min(ended, _start(key))
    return published


def begin_later(ring: KeyRing, chosen: Key, *, now: Micros) -> Key:
    """`chosen`, which is put first: it signs once everybody knows it, and at once where it does so already."""
    signing = find_signing(ring.sign, now=now)
    if signing is not None and signing.id == chosen.id:
        return chosen
    return replace(chosen, makes_from=Micros(now + SIGNS_AFTER))


def _start(key: Key) -> Micros:
    return key.makes_from if key.makes_from is not None else Micros(0)
