"""Pictures for telephones, beside an independent maker of them."""

import re

import pytest
import segno

from frontdesk.web.qr import QUIET, draw_qr, frame_of, make_symbol

# Bytes that fit, at level M. ISO/IEC 18004 table 7.
FULL = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 666, 1125, 1628, 2331)


@pytest.mark.parametrize("length", FULL)
def test_a_symbol_is_the_one_that_another_maker_makes(length: int) -> None:
    """Of the same version, level and mask, module by module; full, because the other one fills up in its own way."""
    text = ("otpauth://totp/Frontdesk:olena%40north.example?secret=abc&" * 41)[:length]
    other = segno.make_qr(text, error="m", mode="byte", mask=0, boost_error=False)
    assert make_symbol(text.encode()) == ["".join(map(str, row)) for row in other.matrix]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (b"o", "4016f0ec11ec11ec11ec11ec11ec11ec"),
        (b"otpauth://to", "40c6f747061757468" + "3a2f2f746f0ec11"),
        (b"otpauth://tot", "40d6f7470617574683a2f2f746f740ec"),
        (b"otpauth://totp", "40e6f7470617574683a2f2f746f74700"),
    ],
)
def test_what_is_left_is_filled_up(text: bytes, written: str) -> None:
    """Four zeros end the text, and two bytes in turn fill the rest. §7.4.9, §7.4.10."""
    frame, rows = frame_of(1), make_symbol(text)
    bits = int("".join(rows[row][column] for row, column in frame.free), 2) ^ frame.mask
    assert bits.to_bytes(frame.codewords, "big")[:16].hex() == written


def test_what_is_too_long_is_refused() -> None:
    """Nobody is shown half of a text."""
    with pytest.raises(ValueError, match="too long"):
        make_symbol(b"x" * 2332)


def test_the_picture_is_the_symbol() -> None:
    """Each dark part of a row is a line of one module's height, with the quiet zone around; no style, no text."""
    rows, drawn = make_symbol(b"otpauth://totp/x"), str(draw_qr("otpauth://totp/x"))
    side = len(rows) + 2 * QUIET
    assert f'viewBox="0 0 {side} {side}"' in drawn
    assert "style" not in drawn
    assert "otpauth" not in drawn
    (path,) = re.findall(r'stroke="#000" d="([^"]*)"', drawn)
    seen = [["0"] * len(rows) for _ in rows]
    x = y = 0
    for move, first, second in re.findall(r"([Mhm])(\d+)(?: ([\d.]+))?", path):
        if move == "M":
            x, y = int(first), int(float(second))
        elif move == "m":
            x += int(first)
        else:
            for _ in range(int(first)):
                seen[y - QUIET][x - QUIET] = "1"
                x += 1
    assert ["".join(row) for row in seen] == rows
