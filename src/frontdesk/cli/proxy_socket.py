"""The unix socket that is for proxies alone: the file's mode says who may open it, and who opens it is believed."""

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from frontdesk.cli import speech
from frontdesk.settings import Settings

MODE = 0o660  # the owner's and the group's; put the proxy into the group
_LONGEST = 100  # bytes; the kernel takes 107


@contextlib.contextmanager
def proxies_door(settings: Settings) -> Iterator[tuple[socket.socket, ...]]:
    """Listen on the socket that the settings name, if any, and take its file away at the end."""
    path = settings.proxy_socket
    if path is None:
        yield ()
        return
    door = _listen(path)
    inode = path.stat().st_ino
    try:
        yield (door,)
    finally:
        door.close()
        with contextlib.suppress(OSError):
            if path.stat().st_ino == inode:  # not that of a server which has taken the place meanwhile
                path.unlink()


def _listen(path: Path) -> socket.socket:
    if len(os.fsencode(path)) > _LONGEST:
        raise speech.Refused(f"the path of proxy_socket is longer than {_LONGEST} bytes", "choose a shorter one")
    _clear(path)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o777 & ~MODE)  # never open to others, not even for a moment
    try:
        door.setblocking(False)
        door.bind(os.fspath(path))
        door.listen(2048)
    except OSError as error:
        door.close()
        raise speech.Refused(
            f"cannot listen on {path}: {error.strerror or error}",
            "make its folder, and let the server's user write there",
        ) from error
    finally:
        os.umask(before)
    return door


def _clear(path: Path) -> None:
    """Take away what a server that was killed has left; refuse what is alive, or no socket."""
    try:
        kind = path.lstat().st_mode
    except OSError:
        return
    if not stat.S_ISSOCK(kind):
        raise speech.Refused(f"{path} is there already and no socket", "choose another proxy_socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        if probe.connect_ex(os.fspath(path)) == 0:
            raise speech.Refused(f"somebody listens on {path} already", "stop it, or choose another proxy_socket")
    path.unlink()
