"""Who may look into the data folder: its owner, and nobody else. ATTACKS BK-01, OWASP ASVS 13.3.2."""

import os
import stat
from pathlib import Path

from frontdesk.storage.opening import DatabaseRefused

OTHERS = 0o077


def refuse_wide(path: Path) -> None:
    """Refuse a database that others of this machine could read: it, its log, the log's index, or their folder."""
    folder = path.parent
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & OTHERS:
        raise DatabaseRefused(f"{folder} is open to others (mode {mode:04o})", f"run 'chmod 700 {folder}'")
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        try:
            mode = stat.S_IMODE(file.stat().st_mode)
        except FileNotFoundError:  # the log and its index are there only while somebody uses them
            continue
        if mode & OTHERS:
            raise DatabaseRefused(
                f"{file} can be read by others (mode {mode:04o})",
                f"run 'chmod 600 {file}'; what is secret in it is there as digests or sealed",
            )


def narrow(folder: Path) -> None:
    """Close the folder of a new database to others: one that was made beforehand is often open."""
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & OTHERS:
        os.chmod(folder, mode & ~OTHERS)
