"""Whose files these are: a command that root runs becomes the data folder's owner before it touches anything there.

A database file (or its -wal) that root left behind would lock the ordinary user's server out.
"""

import ctypes
import os
import pwd
import sys
from pathlib import Path

from frontdesk.cli.speech import Refused

# What tells a data folder of ours from any other.
OURS = frozenset({"keys.json", "frontdesk.db"})

# linux/capability.h, linux/prctl.h
_PR_SET_KEEPCAPS, _CAPABILITY_VERSION_3, _CAP_DAC_READ_SEARCH = 8, 0x20080522, 2


def become_owner(folder: Path, *, lasting: bool = False) -> bool:
    """Give up root for good in favour of the folder's owner; whether anything changed.

    Nothing happens for an ordinary user, for a folder of root's own, and where there is no folder yet. Where that
    owner cannot read this program itself (a checkout or an interpreter below /root), a short command goes on reading
    as root does and writes as the owner; a `lasting` one, a server, is refused.
    """
    if os.geteuid() != 0:
        return False
    try:
        status = folder.stat()
    except FileNotFoundError:
        return False
    if status.st_uid == 0:
        return False
    group = _take_groups(status.st_uid, status.st_gid)
    reads = _can_read_us(status.st_uid)
    if not reads and lasting:
        raise Refused(
            f"{owner_name(folder)}, who owns {folder}, cannot read this program ({sys.executable})",
            "install it where they can, and start it as that user",
        )
    if not reads:
        _keep_capabilities()
    os.setresgid(group, group, group)
    os.setresuid(status.st_uid, status.st_uid, status.st_uid)
    if not reads:
        _hold_reading_only()
    return True


def _take_groups(uid: int, gid: int) -> int:
    """The owner's groups instead of root's; the first of them."""
    try:
        person = pwd.getpwuid(uid)
    except KeyError:  # a container's numeric user: no name, no further groups
        os.setgroups([gid])
        return gid
    os.initgroups(person.pw_name, person.pw_gid)
    return person.pw_gid


def _can_read_us(uid: int) -> bool:
    """Whether that user could import what is not imported yet."""
    os.seteuid(uid)
    try:
        return all(os.access(file, os.R_OK, effective_ids=True) for file in (os.__file__, __file__, sys.executable))
    finally:
        os.seteuid(0)


def _keep_capabilities() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)


def _hold_reading_only() -> None:
    """Of root's powers keep the one to read every file (capset(2)); without it the next import would fail."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    bit = 1 << _CAP_DAC_READ_SEARCH
    sets = (ctypes.c_uint32 * 6)(bit, bit, 0, 0, 0, 0)  # effective, permitted, inheritable; twice 32 of each
    if sys.platform != "linux" or ctypes.CDLL(None).capset(header, sets) != 0:
        raise Refused(
            f"the data folder's owner cannot read this program ({sys.executable})", "install it where they can"
        )


def owner_name(folder: Path) -> str:
    """The owner of a folder, by name where there is one."""
    uid = folder.stat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def enter_folder(folder: Path, *, create: bool, lasting: bool = False) -> None:
    """Become the data folder's owner, and refuse a folder that is none of ours or cannot be used.

    With `create`, a folder that is missing or empty will do: it is made, for its owner only.
    """
    if not folder.exists():
        if not create:
            raise Refused(
                f"there is no data folder {folder}", "name it with --data DIR, or make one with 'frontdesk network add'"
            )
        _make(folder)
        return
    if not folder.is_dir():
        raise Refused(f"{folder} is not a folder", "name the data folder with --data DIR")
    become_owner(folder, lasting=lasting)
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise Refused(
            f"the data folder {folder} cannot be read and written", f"run this as {owner_name(folder)} or as root"
        )
    found = {entry.name for entry in folder.iterdir()}
    if found & OURS:
        return
    if found:
        raise Refused(
            f"{folder} holds other files and no Frontdesk data", "name an empty or a new folder with --data DIR"
        )
    if not create:
        raise Refused(f"the data folder {folder} is empty", "begin with 'frontdesk network add'")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise Refused(
            f"cannot make the data folder {folder}: {error.strerror}", "choose another with --data DIR"
        ) from error
