"""Whose files these are: a command that root runs becomes the data folder's owner before it touches anything there.

A database file (or its -wal) that root left behind would lock the ordinary user's server out.
"""

import os
import pwd
from pathlib import Path

from frontdesk.cli.speech import Refused

# What tells a data folder of ours from any other.
OURS = frozenset({"keys.json", "frontdesk.db"})


def become_owner(folder: Path) -> bool:
    """Give up root for good in favour of the folder's owner; whether anything changed.

    Nothing happens for an ordinary user, for a folder of root's own, and where there is no folder yet. What will be
    imported later must be readable by that user, so callers import first.
    """
    if os.geteuid() != 0:
        return False
    try:
        status = folder.stat()
    except FileNotFoundError:
        return False
    if status.st_uid == 0:
        return False
    try:
        person = pwd.getpwuid(status.st_uid)
    except KeyError:  # a container's numeric user: no name, no further groups
        os.setgroups([status.st_gid])
        group = status.st_gid
    else:
        os.initgroups(person.pw_name, person.pw_gid)
        group = person.pw_gid
    os.setresgid(group, group, group)
    os.setresuid(status.st_uid, status.st_uid, status.st_uid)
    return True


def owner_name(folder: Path) -> str:
    """The owner of a folder, by name where there is one."""
    uid = folder.stat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def enter_folder(folder: Path, *, create: bool) -> None:
    """Become the data folder's owner, and refuse a folder that is none of ours or cannot be used.

    With `create`, a folder that is missing or empty will do: it is made, for its owner only.
    """
    if not folder.exists():
        if not create:
            raise Refused(
                f"there is no data folder {folder}", "name it with --data DIR, or make one with 'frontdesk network add'"
            )
        try:
            folder.mkdir(mode=0o700, parents=True)
        except OSError as error:
            raise Refused(
                f"cannot make the data folder {folder}: {error.strerror}", "choose another with --data DIR"
            ) from error
        return
    if not folder.is_dir():
        raise Refused(f"{folder} is not a folder", "name the data folder with --data DIR")
    become_owner(folder)
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
