"""Real processes for tests: started as an ordinary user where we are root, ended by their own id."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

BIN = Path(sys.executable).parent


@cache
def ordinary_user() -> tuple[str, ...]:
    """The words before a command that make it run as `nobody`, and end with whoever started it.

    None where we are no root, or it cannot be done. The second form lets the process read through a folder that only
    root may enter, where the interpreter lives in one; it gives no right to write.
    """
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        return ()
    nobody = pwd.getpwnam("nobody")
    who = (f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
    drop = ("setpriv", "--pdeathsig=KILL", *who)
    # Loading what is not built in, in a child of its own, as workers do.
    child = f"import subprocess; subprocess.run([{sys.executable!r}, '-c', 'import frontdesk, asyncio'], check=True)"
    for words in (drop, (*drop, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")):
        if subprocess.run([*words, sys.executable, "-c", child], capture_output=True).returncode == 0:
            return words
    return ()


def new_folder(prefix: str) -> Path:
    """An empty folder that belongs to the user that servers run as."""
    folder = Path(tempfile.mkdtemp(prefix=f"frontdesk-{prefix}-"))
    if ordinary_user():
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return folder


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Our environment without any setting of Frontdesk's, then `extra`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FRONTDESK_")}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1", **extra}


class Running:
    """One started program with its children: a group of its own, its output in a file."""

    def __init__(
        self, command: Sequence[str], *, log: Path, environment: Mapping[str, str], prefix: Sequence[str] = ()
    ) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*prefix, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The id of the process that was started."""
        return self.process.pid

    def words(self) -> str:
        """Everything it printed."""
        return self.log.read_text(errors="replace")

    def terminate(self, seconds: float = 35) -> int:
        """Ask it to end, wait, and give the exit status; killed after `seconds`."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """kill -9 for the process and all that descend from it."""
        for pid in family(self.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


def family(pid: int) -> list[int]:
    """A process and all that descend from it, parents first (Linux); the ended ones are left out."""
    parents: dict[int, list[int]] = {}
    living = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text().rsplit(")", 1)[1].split()[:2]
            parents.setdefault(int(parent), []).append(int(stat.parent.name))
            if state != "Z":
                living.add(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return [one for one in found if one in living]


def find_peer(pids: Sequence[int], *, port: int, own_port: int) -> int:
    """Which of these processes holds the server's end of a loopback connection (Linux)."""
    ends = f":{port:04X}", f":{own_port:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        local, remote, inode = (line.split()[column] for column in (1, 2, 9))
        if (local[-5:], remote[-5:]) != ends:
            continue
        for pid in pids:
            with contextlib.suppress(OSError):
                if any(os.readlink(fd) == f"socket:[{inode}]" for fd in Path(f"/proc/{pid}/fd").iterdir()):
                    return pid
    raise AssertionError(f"nobody of {pids} serves port {port} for {own_port}")


def wait_until(holds: Callable[[], object], *, seconds: float = 20, what: str = "it") -> None:
    """Poll a callable until it is true; TimeoutError after `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not happen in {seconds} s")
        time.sleep(0.02)
