"""Checking secrets against hashes made elsewhere: slow work, one at a time, in a thread of low priority (CA-20).

A check takes as long as the old server wanted it to, some tenths of a second. It must not hold up anybody else: the
thread gives way to the event loop's, clients take turns, and a line that is too long is turned away.
"""

import asyncio
import hashlib
import hmac
import os
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from frontdesk.protocol.foreign_secrets import Argon2Hash, BcryptHash, ForeignHash, Pbkdf2Hash, Sha256Hash, read_hash

WAITING = 64  # checks of all clients together
WAITING_EACH = 4
BCRYPT_READS = 72  # bytes: what follows never counted, wherever the hash was made
_NICENESS = 10


def matches(known: ForeignHash, secret: str) -> bool:
    """Whether `secret` is what the hash was made of, compared in constant time. Takes its time."""
    value = secret.encode("utf-8", "surrogatepass")
    if isinstance(known, BcryptHash):
        return _matches_bcrypt(known, value)
    if isinstance(known, Pbkdf2Hash):
        made = hashlib.pbkdf2_hmac(known.function, value, known.salt, known.iterations, len(known.expected))
    elif isinstance(known, Argon2Hash):
        made = _argon2(known, value)
    else:
        assert isinstance(known, Sha256Hash)
        made = hashlib.sha256(value).digest()
    return hmac.compare_digest(made, known.expected)


def _matches_bcrypt(known: BcryptHash, value: bytes) -> bool:
    import bcrypt  # imported late: only installations that moved in need it

    if known.prehashed:
        value = hashlib.sha256(value).hexdigest().encode("ascii")
    try:
        return bcrypt.checkpw(value[:BCRYPT_READS], known.text)
    except ValueError:  # a NUL byte, or 53 characters that are no bcrypt hash
        return False


def _argon2(known: Argon2Hash, value: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    return Argon2id(
        salt=known.salt,
        length=len(known.expected),
        iterations=known.passes,
        lanes=known.lanes,
        memory_cost=known.memory,
    ).derive(value)


@dataclass(slots=True, eq=False)
class _Job:
    known: ForeignHash = field(repr=False)
    secret: str = field(repr=False)
    answer: asyncio.Future[bool]


class SlowChecks:
    """The line before the checking thread of one worker. Clients take turns; each has few places in the line."""

    def __init__(self, *, check: Callable[[ForeignHash, str], bool] = matches) -> None:
        """Nothing is started before the first check."""
        self._check = check
        self._thread: ThreadPoolExecutor | None = None
        self._lines: OrderedDict[str, deque[_Job]] = OrderedDict()
        self._waiting = 0
        self._drain: asyncio.Task[None] | None = None

    async def check(self, owner: str, text: str, secret: str) -> bool | None:
        """Whether the secret is what the hash `text` was made of; None: too many are waiting, try again later.

        `owner` is whose turn it is: one client's checks never run beside each other.
        """
        known = read_hash(text)
        if known is None:
            return False
        line = self._lines.get(owner)
        for waiting in line or ():
            if waiting.known == known and waiting.secret == secret:
                return await asyncio.shield(waiting.answer)  # a client's parallel calls: one check serves them all
        if self._waiting >= WAITING or (line is not None and len(line) >= WAITING_EACH):
            return None
        job = _Job(known, secret, asyncio.get_running_loop().create_future())
        self._lines.setdefault(owner, deque()).append(job)
        self._waiting += 1
        if self._drain is None:
            self._drain = asyncio.get_running_loop().create_task(self._work())
        return await asyncio.shield(job.answer)  # whoever hangs up takes nobody's answer along

    async def _work(self) -> None:
        """Go round the clients, one check each."""
        loop = asyncio.get_running_loop()
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="frontdesk-hashing", initializer=_give_way)
        try:
            while self._lines:
                owner, line = next(iter(self._lines.items()))
                job = line[0]  # it keeps its place while it runs: it counts against its owner's
                try:
                    await self._judge(loop, job)
                finally:
                    line.popleft()
                    self._waiting -= 1
                    self._lines.move_to_end(owner)
                    if not line:
                        del self._lines[owner]
        finally:
            self._drain = None

    async def _judge(self, loop: asyncio.AbstractEventLoop, job: _Job) -> None:
        try:
            outcome = await loop.run_in_executor(self._thread, partial(self._check, job.known, job.secret))
        except Exception as fault:  # noqa: BLE001 - handed to those who wait, whatever it is
            job.answer.set_exception(fault)
        else:
            job.answer.set_result(outcome)


def _give_way() -> None:
    """Let every other thread go first: Linux keeps a niceness for each thread."""
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
    except OSError:  # forbidden here: the checks then share the processor evenly
        return
