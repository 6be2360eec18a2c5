"""Large bodies pass with flat memory, up and down: a worker holds what is on its way and no more."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from builtin_proxy.callers import Caller
from builtin_proxy.played_api import Call, Line, PlayedApi
from servers.partner import Town

Open = Callable[..., Caller]
ROOMS = "/resources/v1"
PIECE = bytes(range(256)) * 1_024  # 256 KiB
MEGABYTE = 1_024 * 1_024
MOST_GROWTH = 32  # MB


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """Bodies of 2 GB may pass."""
    return {"max_body": str(2 * 1_024 * MEGABYTE)}


class Memory:
    """The resident memory of one process, looked at fifty times a second."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._done = threading.Event()
        self.first = self.most = self._look()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def growth(self) -> float:
        """MB above what it was at first."""
        return self.most - self.first

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self.most = max(self.most, self._look())

    def _look(self) -> float:
        lines = Path(f"/proc/{self._pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1_024 for line in lines if line.startswith("VmRSS:"))


def take(size: int, is_chunked: bool) -> Callable[[Line, Call], None]:
    """The API reads a body of so many bytes, looks at each, and says how many there were."""

    def play(line: Line, call: Call) -> None:
        line.socket.settimeout(60)
        seen = 0
        while seen < size:
            if is_chunked:
                piece = line.read(int(line.read_line(), 16))
                line.read_line()
            else:
                piece = line.socket.recv(MEGABYTE) if not line.buffer else line.read(len(line.buffer))
            assert piece == expected(seen, len(piece))
            seen += len(piece)
        if is_chunked:
            assert (line.read_line(), line.read_line()) == (b"0", b"")
        said = b"%d" % seen
        line.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(said), said))

    return play


def give(size: int, is_chunked: bool) -> Callable[[Line, Call], None]:
    """The API sends a body of so many bytes."""

    def play(line: Line, call: Call) -> None:
        framing = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: %d" % size
        line.say(b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n%b\r\n\r\n" % framing)
        for _ in range(size // len(PIECE)):
            line.say(b"%x\r\n%b\r\n" % (len(PIECE), PIECE) if is_chunked else PIECE)
        if is_chunked:
            line.say(b"0\r\n\r\n")

    return play


def expected(offset: int, size: int) -> bytes:
    """What stands at this place of every body here."""
    start = offset % len(PIECE)
    return (PIECE * (size // len(PIECE) + 2))[start : start + size]


def pass_up(one: Caller, size: int, *, is_chunked: bool) -> bytes:
    """Send a body; the answer's."""
    framing = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {size}"
    one.send(one.head(f"POST {ROOMS}", framing))
    for _ in range(size // len(PIECE)):
        one.send(b"%x\r\n%b\r\n" % (len(PIECE), PIECE) if is_chunked else PIECE)
    if is_chunked:
        one.send(b"0\r\n\r\n")
    return one.hear().body


def pass_down(one: Caller, size: int, *, is_chunked: bool) -> int:
    """Read an answer's body and look at each byte; how many there were."""
    one.send(one.head(f"GET {ROOMS}"))
    assert one.hear_head().status == 200
    seen = 0
    while seen < size:
        if is_chunked:
            seen += _read_chunk(one, seen)
        else:
            if not one.buffer:
                one.buffer = one.socket.recv(MEGABYTE)
            assert one.buffer == expected(seen, len(one.buffer))
            seen, one.buffer = seen + len(one.buffer), b""
    return seen


def _read_chunk(one: Caller, seen: int) -> int:
    while b"\r\n" not in one.buffer:
        assert one.more()
    line, _, rest = one.buffer.partition(b"\r\n")
    size, pieces, held = int(line, 16), [rest], len(rest)
    while held < size + 2:
        pieces.append(one.socket.recv(MEGABYTE))
        assert pieces[-1]
        held += len(pieces[-1])
    data = b"".join(pieces)
    assert data[:size] == expected(seen, size)
    one.buffer = data[size + 2 :]
    return size


def soak(caller: Open, api: PlayedApi, street: Town, size: int, *, is_chunked: bool) -> tuple[float, float]:
    """So many bytes up, then down; how many MB the worker grew by each way."""
    assert street.house.running is not None
    pid = street.house.running.pid
    grown = []
    for play, pass_on in ((take, pass_up), (give, pass_down)):
        api.plays[ROOMS] = play(8 * MEGABYTE, is_chunked)  # what any body needs, once
        pass_on(caller(), 8 * MEGABYTE, is_chunked=is_chunked)
        api.plays[ROOMS] = play(size, is_chunked)
        one = caller()
        one.socket.settimeout(120)
        with Memory(pid) as memory:
            assert int(pass_on(one, size, is_chunked=is_chunked)) == size
        grown.append(memory.growth)
    print(f"{size // MEGABYTE} MB, chunked {is_chunked}: up +{grown[0]:.1f} MB, down +{grown[1]:.1f} MB")
    return grown[0], grown[1]


@pytest.mark.parametrize("is_chunked", [False, True], ids=["length", "chunked"])
def test_64_megabytes_pass_with_flat_memory(caller: Open, api: PlayedApi, street: Town, is_chunked: bool) -> None:
    """Every byte arrives, and the worker grows by less than half of the body."""
    assert max(soak(caller, api, street, 64 * MEGABYTE, is_chunked=is_chunked)) < MOST_GROWTH


@pytest.mark.sweep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("is_chunked", [False, True], ids=["length", "chunked"])
def test_a_gigabyte_passes_with_flat_memory(caller: Open, api: PlayedApi, street: Town, is_chunked: bool) -> None:
    """The same bound, sixteen times the body."""
    assert max(soak(caller, api, street, 1_024 * MEGABYTE, is_chunked=is_chunked)) < MOST_GROWTH


def test_what_a_slow_reader_leaves_is_not_gathered(caller: Open, api: PlayedApi, street: Town) -> None:
    """Forty callers who read nothing of 64 MB each: the worker holds a little for each, and the API has to wait."""
    assert street.house.running is not None
    api.plays[ROOMS] = give(64 * MEGABYTE, False)
    with Memory(street.house.running.pid) as memory:
        slow = [caller() for _ in range(40)]
        for each in slow:
            each.send(each.head(f"GET {ROOMS}"))
        for each in slow:
            assert each.hear_head().status == 200
        threading.Event().wait(1.0)
    assert memory.growth < 40
