"""Which limiter a server takes."""

from pathlib import Path

from frontdesk.runtime.local_limiter import LocalLimiter
from frontdesk.runtime.mapped_limiter import MappedLimiter

LIMIT_TABLE = "limits.map"


def open_limiter(folder: Path, *, workers: int) -> LocalLimiter | MappedLimiter:
    """The limiter of one worker of so many on this data folder; OSError where the shared table cannot be opened."""
    if workers == 1:
        return LocalLimiter()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # a first start: several workers, no folder yet
    return MappedLimiter(folder / LIMIT_TABLE)
