"""Rate limits that the workers of one host share exactly: GCRA in a mapped file.

The file is a table of buckets of 16 slots, each slot a 64-bit keyed hash of a caller under a limit, and its TAT:

    header 64 bytes: magic 8 | hash key 16 | zeros      then the buckets of 256 bytes: 16 hashes, 16 TATs

A caller under a limit belongs to one bucket: of the first half of the table where it counts for ten seconds at most,
of the second half where it counts for longer, so that limits an hour never take the room of limits a second. A worker
judges a call while it holds a lock on the byte range of each of its buckets, always taken in the file's order; the
kernel lets go of a lock when its holder dies, whatever it was doing, and the worst that a torn write can leave is one
call more, or one that was counted under one limit and not under another. A slot is free once its TAT has passed, so
that nothing that still counts is ever evicted; with all slots of a bucket counting (131,072 slots in each half), the
call is counted in this process alone. The hash is keyed with random bytes of the file, so that nobody can aim at a
bucket. Times are wall-clock microseconds: what is left in the file from before a restart has passed, or still counts.
"""

import errno
import fcntl
import hashlib
import mmap
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path

from frontdesk.protocol.gcra import SECOND, believe, judge_arrival
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.rate_limits import Count, Counts
from frontdesk.runtime.local_limiter import LocalLimiter, longest_wait, taken

MAGIC = b"FDLIMIT2"  # another layout is another magic
BUCKETS = 8_192  # in each half
SLOTS = 16
HEADER = 64
BUCKET_SIZE = SLOTS * 16
HALF = BUCKETS * BUCKET_SIZE
FILE_SIZE = HEADER + 2 * HALF
SHORT = 10 * SECOND
SHORT_HALF, LONG_HALF = HEADER, HEADER + HALF

# How long a call waits for a bucket's lock. Its holder needs microseconds; one that was stopped in the middle
# (SIGSTOP, a paused machine) must not stop the others: after this the call is counted without the lock.
PATIENCE = 0.05
_NAP = 0.0001

REMEMBERED = 8_192  # callers whose hash need not be worked out again

_BUCKET = struct.Struct(f"<{2 * SLOTS}Q")
_NUMBER = struct.Struct("<Q")
_HASH_KEY = slice(8, 24)


class MappedLimiter:
    """Implements what the walks need of a limiter. For one thread of each process."""

    def __init__(self, path: Path, *, random: Callable[[int], bytes] = os.urandom) -> None:
        """Open the table, making it where there is none. OSError where that fails, also for want of space."""
        self._file = _open_table(path, random)
        self._map = mmap.mmap(self._file, FILE_SIZE)
        self._hash_key = self._map[_HASH_KEY]
        self._overflow = LocalLimiter()
        self._addresses: dict[bytes, tuple[int, int]] = {}

    def take(self, counts: Counts, now: Micros) -> tuple[int, tuple[int, ...]]:
        """Count one call under every limit, or under none.

        Gives 0 when the call may pass, else microseconds until one would; and the TAT under each limit, in order.
        """
        if len(counts) > 1:
            return self._take_together(counts, now)
        (count,) = counts
        rate = count.limit.rate
        offset, hashed = self._addresses.get(count.key) or self._address(count)
        place = (SHORT_HALF if rate.horizon <= SHORT else LONG_HALF) + offset
        held = self._lock(place)
        try:
            bucket = _BUCKET.unpack_from(self._map, place)
            slot = _find_slot(bucket, hashed, now)
            if slot is None:
                return self._overflow.take(counts, now)
            known = bucket[slot] == hashed
            tat, wait = judge_arrival(rate, bucket[SLOTS + slot] if known else 0, now)
            if not known:
                _NUMBER.pack_into(self._map, place + slot * 8, hashed)
            _NUMBER.pack_into(self._map, place + (SLOTS + slot) * 8, tat)
            return wait, (tat,)
        finally:
            if held:
                fcntl.lockf(self._file, fcntl.LOCK_UN, BUCKET_SIZE, place)

    def _take_together(self, counts: Counts, now: Micros) -> tuple[int, tuple[int, ...]]:
        addresses = [self._place(count) for count in counts]
        held = [place for place in sorted({place for place, _ in addresses}) if self._lock(place)]
        try:
            slots = [self._find(count, address, now) for count, address in zip(counts, addresses, strict=True)]
            tats = [tat for _, tat in slots]
            wait = longest_wait(counts, tats, now)
            if wait == 0:
                tats = taken(counts, tats, now)
                for count, address, tat in zip(counts, addresses, tats, strict=True):
                    self._put(count, address, tat, now)
            return wait, tuple(tats)
        finally:
            for place in held:
                fcntl.lockf(self._file, fcntl.LOCK_UN, BUCKET_SIZE, place)

    def _address(self, count: Count) -> tuple[int, int]:
        """Where a caller's bucket begins in its half, and its hash."""
        hashed: int = _NUMBER.unpack(hashlib.blake2b(count.key, digest_size=8, key=self._hash_key).digest())[0]
        if len(self._addresses) >= REMEMBERED:
            self._addresses.clear()
        address = self._addresses[count.key] = hashed % BUCKETS * BUCKET_SIZE, hashed
        return address

    def _place(self, count: Count) -> tuple[int, int]:
        """Where a caller's bucket begins in the file, and its hash."""
        offset, hashed = self._addresses.get(count.key) or self._address(count)
        return (SHORT_HALF if count.limit.rate.horizon <= SHORT else LONG_HALF) + offset, hashed

    def _find(self, count: Count, address: tuple[int, int], now: Micros) -> tuple[int | None, int]:
        """A caller's slot and TAT, 0 where nothing is remembered. For whoever holds the bucket's lock."""
        place, hashed = address
        bucket = _BUCKET.unpack_from(self._map, place)
        slot = _find_slot(bucket, hashed, now)
        if slot is None:
            return None, self._overflow.find(count, now)
        return slot, believe(count.limit.rate, bucket[SLOTS + slot], now) if bucket[slot] == hashed else 0

    def _put(self, count: Count, address: tuple[int, int], tat: int, now: Micros) -> None:
        place, hashed = address
        # Looked for again: two new callers under one lock may have been given the same free slot.
        slot, _ = self._find(count, address, now)
        if slot is None:
            self._overflow.put(count, tat, now)
            return
        _NUMBER.pack_into(self._map, place + slot * 8, hashed)
        _NUMBER.pack_into(self._map, place + (SLOTS + slot) * 8, tat)

    def close(self) -> None:
        """Let go of the file; the table stays for the other workers."""
        self._map.close()
        os.close(self._file)

    def _lock(self, place: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, BUCKET_SIZE, place)
        except (BlockingIOError, PermissionError):  # POSIX allows EAGAIN and EACCES
            return self._lock_patiently(place)
        return True

    def _lock_patiently(self, place: int) -> bool:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            time.sleep(_NAP)
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, BUCKET_SIZE, place)
            except (BlockingIOError, PermissionError):
                continue
            return True
        return False


def _find_slot(bucket: tuple[int, ...], hashed: int, now: int) -> int | None:
    """The slot of this hash, else one that no longer counts; None where all others' still count."""
    try:
        return bucket.index(hashed, 0, SLOTS)
    except ValueError:
        for slot in range(SLOTS):
            if bucket[SLOTS + slot] <= now:
                return slot
        return None


def _open_table(path: Path, random: Callable[[int], bytes]) -> int:
    """A descriptor of the one file that `path` names, whole and of this layout."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_still(path, file):
                size = os.fstat(file).st_size
                if size == 0:
                    _lay_out(file, random)
                if size == 0 or (size == FILE_SIZE and os.pread(file, len(MAGIC), 0) == MAGIC):
                    fcntl.flock(file, fcntl.LOCK_UN)
                    return file
                # Of another layout or half made: never cut short a file that another process may have mapped.
                os.unlink(path)
        except BaseException:
            os.close(file)
            raise
        os.close(file)


def _is_still(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(os.stat(path, follow_symlinks=False), os.fstat(file))
    except FileNotFoundError:
        return False


def _lay_out(file: int, random: Callable[[int], bytes]) -> None:
    # The blocks are taken now: a full disk is an error here, and would be a SIGBUS at the first write to the map.
    if os.pwrite(file, bytes(FILE_SIZE), 0) != FILE_SIZE:
        raise OSError(errno.ENOSPC, "no space for the table of limits")
    os.pwrite(file, random(16), 8)
    os.pwrite(file, MAGIC, 0)  # last: half a table has no magic
