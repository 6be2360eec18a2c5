"""Frames that pass a gateway: however their bytes come, the same pass and the same are refused. RFC 6455 §5."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builtin_proxy.websockets import frame
from frontdesk.gateway.websocket.frames import FrameReader, close_frame

LIMIT = 70_000


def reader(*, masked: bool = True, has_extensions: bool = False) -> FrameReader:
    """One that reads what clients send."""
    return FrameReader(masked=masked, max_message=LIMIT, has_extensions=has_extensions)


def feed(pieces: list[bytes], one: FrameReader) -> tuple[bytes, int | None]:
    """All that passes, and the code of the first violation; nothing is fed after one."""
    passed = b""
    for piece in pieces:
        passing, violation = one.feed(piece)
        passed += passing
        if violation is not None:
            return passed, violation.code
    return passed, None


FRAMES = st.builds(
    lambda opcode, size, masked, final, rsv: frame(opcode, b"x" * size, masked=masked, final=final, rsv=rsv),
    opcode=st.sampled_from([0x0, 0x1, 0x2, 0x3, 0x8, 0x9, 0xA, 0xF]),
    size=st.sampled_from([0, 1, 2, 125, 126, 127, 65_535, 65_536, 70_001]),
    masked=st.sampled_from([True, True, True, False]),
    final=st.sampled_from([True, True, False]),
    rsv=st.sampled_from([0, 0, 0, 4, 2]),
)


@given(frames=st.lists(FRAMES, max_size=6), cuts=st.lists(st.integers(0, 300_000), max_size=12))
def test_it_does_not_matter_how_the_bytes_come(frames: list[bytes], cuts: list[int]) -> None:
    """In one piece or in many: the same passes, the same violation is found, and it is found at a frame's beginning."""
    data = b"".join(frames)
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    pieces = [data[start:end] for start, end in pairwise(edges)]
    whole, piecewise = reader(), reader()
    expected, found = feed([data], whole), feed(pieces, piecewise)
    assert found == expected
    assert data.startswith(expected[0])
    if expected[1] is not None:
        lengths = {0}
        for each in frames:
            lengths.add(max(lengths) + len(each))
        assert len(expected[0]) in lengths
    assert (whole.is_between_frames, whole.has_closed) == (piecewise.is_between_frames, piecewise.has_closed)


def test_bytewise() -> None:
    """Every byte alone: an unfinished head is held back, payload passes at once."""
    data = frame(0x2, b"y" * 300, masked=True) + frame(0x9, b"", masked=True)
    one = reader()
    passed = [one.feed(data[index : index + 1])[0] for index in range(len(data))]
    assert b"".join(passed) == data
    assert passed[:7] == [b""] * 7
    assert passed[7] == data[:8], "the head passes whole"
    assert passed[8] == data[8:9]


def test_nothing_follows_a_close() -> None:
    """RFC 6455 §5.5.1: what is sent behind it goes nowhere."""
    one = reader()
    closing = frame(0x8, b"\x03\xe8", masked=True)
    assert one.feed(closing + frame(0x1, b"more", masked=True)) == (closing, None)
    assert one.feed(frame(0x1, b"more", masked=True)) == (b"", None)
    assert one.has_closed


def test_extensions_give_reserved_bits_a_meaning() -> None:
    """Only where the ends agreed on some."""
    packed = frame(0x1, b"x", masked=True, rsv=4)
    assert feed([packed], reader()) == (b"", 1002)
    assert feed([packed], reader(has_extensions=True)) == (packed, None)


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1])
def test_a_message_is_bounded_over_all_its_frames(size: int) -> None:
    """Pings between them do not count; the next message begins anew."""
    pieces = [frame(0x1, b"x" * 60_000, masked=True, final=False), frame(0x9, b"?" * 100, masked=True)]
    pieces.append(frame(0x0, b"x" * (size - 60_000), masked=True))
    passed, code = feed(pieces, reader())
    assert code == (None if size == LIMIT else 1009)
    assert passed == b"".join(pieces if size == LIMIT else pieces[:2])


def test_a_close_frame_of_our_own() -> None:
    """Masked where a client sends it."""
    assert close_frame(1008, "no") == frame(0x8, b"\x03\xf0no", masked=False)
    assert close_frame(1001, mask=b"abcd") == b"\x88\x82abcd" + bytes((0x03 ^ ord("a"), 0xE9 ^ ord("b")))
