"""What `frontdesk scan` reads: folders, links, packed files, pipes; and that it says what it could not read."""

import bz2
import gzip
import os
import socket
import subprocess
import sys
import tempfile
import threading
import zipfile
from pathlib import Path

import pytest

from frontdesk.protocol import tokens
from frontdesk.runtime.leak_files import Found, Tally, Unread, scan

SECRET = tokens.write_secret(tokens.CLIENT_SECRET, bytes(range(32)))


def _scan(*places: Path | str) -> tuple[list[tuple[str, int, int]], list[tuple[str, str]], Tally]:
    tally = Tally()
    found, unread = [], []
    for item in scan(tuple(map(str, places)), tally):
        if isinstance(item, Found):
            assert item.hit.value == SECRET
            found.append((item.path, item.hit.line, item.hit.column))
        elif isinstance(item, Unread):
            unread.append((item.path, item.why))
    return found, unread, tally


def test_folders_are_gone_through_in_order(tmp_path: Path) -> None:
    """Every file at every depth, in a stable order; what was gone through is counted."""
    for name in ("b/two.log", "a.log", "b/c/three", ".hidden/four"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"x\nkey={SECRET}\n")
    found, unread, tally = _scan(tmp_path)
    assert found == [(str(tmp_path / name), 2, 5) for name in ("a.log", ".hidden/four", "b/two.log", "b/c/three")]
    assert unread == []
    assert (tally.files, tally.bytes) == (4, 4 * (2 + 5 + len(SECRET)))


def test_a_folder_is_entered_once(tmp_path: Path) -> None:
    """Links are followed, in circles too; a link to nothing, a socket and a pipe are counted."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/a").write_text(SECRET)
    (tmp_path / "logs/up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "logs")
    (tmp_path / "gone").symlink_to(tmp_path / "nothing")
    (tmp_path / "to_file").symlink_to(tmp_path / "logs/a")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        found, unread, tally = _scan(tmp_path)
    assert len(found) == 2  # logs/a once, and the link to it
    assert unread == []
    assert tally.passed_over == 3


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A place that is not there, a file and a folder that may not be read: each named, with the system's reason."""
    found, unread, _ = _scan(tmp_path / "nothing")
    assert (found, unread) == ([], [(str(tmp_path / "nothing"), "No such file or directory")])


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user to be")
def test_what_may_not_be_read_is_told_and_the_rest_is_read() -> None:
    """As an ordinary user: permission is missing for a file and a folder, the third is read."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        _scan_as_nobody(Path(name))


def _scan_as_nobody(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    (tmp_path / "shut").write_text(SECRET)
    (tmp_path / "shut").chmod(0o600)
    (tmp_path / "open").write_text(SECRET)
    (tmp_path / "open").chmod(0o644)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
        os.write(write, repr(_scan(tmp_path)[:2]).encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as told:
        outcome = told.read()
    expected = (
        [(str(tmp_path / "open"), 1, 1)],
        [(str(tmp_path / "shut"), "Permission denied"), (str(tmp_path / "closed"), "Permission denied")],
    )
    assert outcome == repr(expected)


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lambda content: gzip.compress(b"x") + gzip.compress(content)]
)
def test_packed_logs_are_read_by_their_content(tmp_path: Path, pack: object) -> None:
    """Whatever they are called, and in several parts as log rotation appends them; lines count as in the log."""
    (tmp_path / "access.log.1").write_bytes(pack(b"line\n" * 100_000 + SECRET.encode()))  # type: ignore[operator]
    found, unread, tally = _scan(tmp_path)
    assert [(line, column) for _, line, column in found] in ([(100_001, 1)], [(100_001, 2)])
    assert unread == []
    assert tally.bytes > 500_000


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_a_damaged_file_gives_what_can_be_read(tmp_path: Path, pack: object) -> None:
    """A log that is being written, or was cut: what comes before the damage is found, and the damage told."""
    noise = os.urandom(2_000_000)
    packed = pack(SECRET.encode() + noise)  # type: ignore[operator]
    (tmp_path / "cut").write_bytes(packed[:-1_000])
    (tmp_path / "spoilt").write_bytes(packed[:1_900_000] + bytes(1_000) + packed[1_901_000:])
    found, unread, _ = _scan(tmp_path)
    assert [Path(path).name for path, _, _ in found] == ["cut", "spoilt"]
    assert [(Path(path).name, why) for path, why in unread] == [
        ("cut", "is damaged, or was not written to its end"),
        ("spoilt", "is damaged, or was not written to its end"),
    ]


def test_what_stays_shut_is_told(tmp_path: Path) -> None:
    """A zip archive hides what is inside: it is named, and its plain bytes are looked through all the same."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside", SECRET * 2)
    with zipfile.ZipFile(tmp_path / "stored.zip", "w") as archive:
        archive.writestr("inside", SECRET)
    (tmp_path / "a.zst").write_bytes(b"\x28\xb5\x2f\xfd" + bytes(100))
    found, unread, _ = _scan(tmp_path)
    assert [Path(path).name for path, _, _ in found] == ["stored.zip"]
    assert [Path(path).name for path, _ in unread] == ["a.zip", "a.zst", "stored.zip"]
    assert unread[0][1].startswith("a zip archive: what is inside was not looked at")


def test_stdin_may_be_a_pipe_and_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    """`zcat log | frontdesk scan -` and `frontdesk scan - < log.gz`: a few bytes at a time are as good as all."""
    for content in (f"a\nb {SECRET}".encode(), gzip.compress(f"a\nb {SECRET}".encode())):
        read, write = os.pipe()

        def feed(content: bytes = content, write: int = write) -> None:
            for at in range(0, len(content), 7):
                os.write(write, content[at : at + 7])
            os.close(write)

        feeder = threading.Thread(target=feed)
        feeder.start()
        with os.fdopen(read, "rb", buffering=0) as stream:
            monkeypatch.setattr(sys, "stdin", type("In", (), {"buffer": stream})())
            found, unread, _ = _scan("-")
        feeder.join()
        assert (found, unread) == ([("-", 2, 3)], [])


def test_memory_stays_bounded(tmp_path: Path) -> None:
    """A line of 256 MB, packed to one: the process that reads it stays below 60 MB."""
    packed = tmp_path / "bomb.gz"
    with gzip.open(packed, "wb", compresslevel=1) as file:
        for _ in range(256):
            file.write(bytes(1024 * 1024))
        file.write(SECRET.encode())
    program = (
        "import sys\n"
        "from frontdesk.runtime.leak_files import Tally, scan\n"
        "tally = Tally()\n"
        "found = list(scan((sys.argv[1],), tally))\n"
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1]\n"
        "print(len(found), tally.bytes, peak)\n"
    )
    said = subprocess.run([sys.executable, "-c", program, str(packed)], capture_output=True, text=True, check=True)
    hits, size, peak = map(int, said.stdout.split())
    assert (hits, size) == (1, 256 * 1024 * 1024 + len(SECRET))
    assert peak < 60_000  # kilobytes


def test_an_empty_file_is_a_file(tmp_path: Path) -> None:
    """Nothing in it, nothing said."""
    (tmp_path / "empty").touch()
    assert _scan(tmp_path) == ([], [], Tally(files=1))
