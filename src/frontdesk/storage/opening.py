"""Judging a database before anything trusts it: the engine, the folder, the file, and whose it is. DESIGN D4."""

import os
from contextlib import suppress
from pathlib import Path

import apsw

MIN_SQLITE = (3, 51, 3)  # older ones can lose a commit when the write-ahead log is reset
APPLICATION_ID = 0x46444442  # "FDDB"

# quick_check reads the whole file; of a big one, as much as a start may wait for.
_CHECK_EVERY = 1_000
_CHECK_ROUNDS = 100_000  # some 800 MB of rows

_RESTORE = "restore a backup; keep the damaged file"
_FAR = ("nfs", "cifs", "smb", "fuse", "9p", "afs", "ceph", "glusterfs", "lustre", "ncpfs", "ocfs2", "gfs2", "virtiofs")


class DatabaseRefused(Exception):  # noqa: N818 - the name says what happened
    """The database cannot be opened; nothing was changed. `hint` says what to do about it."""

    def __init__(self, problem: str, hint: str) -> None:
        """In words for the operator."""
        super().__init__(problem)
        self.hint = hint


def refuse_old_engine(version: str) -> None:
    """Refuse a SQLite with the WAL-reset bug; `version` as in "3.51.3"."""
    if tuple(int(part) for part in version.split(".")[:3]) < MIN_SQLITE:
        needed = ".".join(map(str, MIN_SQLITE))
        raise DatabaseRefused(
            f"SQLite {version} can lose committed data; {needed} or newer is needed",
            "install a newer apsw: it brings its own SQLite",
        )


def refuse_far_folder(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> None:
    """Refuse a folder on a network's file system: its locks and its shared memory do not hold."""
    kind = file_system(folder, mounts)
    if kind.startswith(_FAR):
        raise DatabaseRefused(
            f"{folder} is on a {kind} file system, where SQLite's locks do not hold",
            "put the data folder on a disk of this machine",
        )


def file_system(folder: Path, mounts: Path) -> str:
    """The kind of file system that a folder is on; empty where the system does not tell."""
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    where = str(folder.resolve())
    for line in lines:
        left, _, right = line.partition(" - ")
        point = left.split(" ")[4].replace("\\040", " ")
        inside = where == point or where.startswith(point.rstrip("/") + "/")
        # Of mounts at the same place the later one covers the earlier.
        if inside and len(point) >= len(best):
            best, kind = point, right.split(" ")[0]
    return kind


def refuse_lost_log(path: Path) -> None:
    """Refuse a database that was not closed and whose write-ahead log is gone: its last commits were in there.

    For a database that nobody has open. It is read as it lies, without making the log anew.
    """
    if path.with_name(path.name + "-wal").exists() or not path.exists() or path.stat().st_size == 0:
        return
    with suppress(apsw.Error):  # whatever else is wrong with the file is told later, by name
        connection = apsw.Connection(
            path.resolve().as_uri() + "?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        )
        try:
            rows = connection.execute("SELECT value FROM meta WHERE key = 'open'").fetchall()
        finally:
            connection.close()
        if rows and rows[0][0] == b"1":
            raise DatabaseRefused(
                f"{path} was in use, and its write-ahead log {path.name}-wal is missing: the last changes were in it",
                f"put {path.name}-wal back beside it, or restore a backup; to go on without those changes, "
                f"revocations among them, make an empty file of that name",
            )


def judge(connection: apsw.Connection, path: Path, *, whole: bool) -> bool:
    """Refuse a file that is damaged or somebody else's; True where it is ours, False where it is still blank.

    `whole`: read all of it, not only where it begins.
    """
    try:
        owner = connection.pragma("application_id")
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()[0][0]
        if owner == 0 and tables == 0:
            return False
        if owner != APPLICATION_ID:
            raise DatabaseRefused(
                f"{path} is a SQLite database, but not one of Frontdesk's", "name another data folder with --data"
            )
        damage = quick_check(connection) if whole else ""
    except apsw.Error as fault:
        raise refusal(path, fault) from fault
    if damage:
        raise DatabaseRefused(f"{path} is damaged: {damage}", _RESTORE)
    return True


def refusal(path: Path, fault: OSError | apsw.Error) -> DatabaseRefused:
    """What an operator should read where a file could not be opened."""
    if isinstance(fault, apsw.NotADBError):
        return DatabaseRefused(f"{path} is not a database", "restore a backup, or name another data folder")
    if isinstance(fault, apsw.CorruptError):
        return DatabaseRefused(f"{path} is damaged: {fault}", _RESTORE)
    return DatabaseRefused(
        f"{path} cannot be opened: {fault}", "look at the owner and the modes of the folder and of what lies in it"
    )


def quick_check(connection: apsw.Connection, rounds_at_most: int = _CHECK_ROUNDS) -> str:
    """What is damaged; empty where nothing was found in as many rounds of about two pages of rows."""
    rounds = iter(range(rounds_at_most))
    connection.set_progress_handler(lambda: next(rounds, None) is None, _CHECK_EVERY)
    try:
        found = connection.execute("PRAGMA quick_check(1)").fetchall()
    except apsw.InterruptError:
        return ""  # so far so good
    finally:
        connection.set_progress_handler(None)
    return "" if found == [("ok",)] else str(found[0][0]).replace("\n", " ")


def make_owned(path: Path) -> int:
    """Open a file, made for its owner's eyes only; as root, it becomes the folder owner's, who runs the server."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.fchown(descriptor, folder.st_uid, folder.st_gid)
    return descriptor
