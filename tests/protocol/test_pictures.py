"""Uploaded pictures are made anew of what draws, or refused. ATTACKS CS-06."""

import zlib
from struct import pack

import pytest

from frontdesk.protocol.pictures import MAX_SENT, MOST_SIDE, Picture, PictureFault, read_picture
from pictures import JPEG, WEBP, WEBP_CLEAR, WEBP_LOSSLESS, chunk, draw_png

GOOD = {
    "png": (draw_png(), ".png"),
    "png, interlaced": (draw_png(interlaced=True), ".png"),
    "jpeg": (JPEG, ".jpg"),
    "webp": (WEBP, ".webp"),
    "webp, clear": (WEBP_CLEAR, ".webp"),
    "webp, lossless": (WEBP_LOSSLESS, ".webp"),
}
HIDDEN = b"<script>alert(1)</script>"


@pytest.mark.parametrize("name", GOOD)
def test_a_picture_keeps_its_sides_and_loses_all_that_does_not_draw(name: str) -> None:
    """No colour profile, no text, nothing behind its end; made anew once more it stays the same."""
    sent, suffix = GOOD[name]
    picture = read_picture(sent + HIDDEN)
    assert isinstance(picture, Picture), picture
    assert (picture.suffix, picture.width, picture.height) == (suffix, 40, 36)
    assert HIDDEN not in picture.body
    assert b"ICC" not in picture.body
    assert read_picture(picture.body) == picture


def _head(width: int, height: int, *rest: int) -> bytes:
    return chunk(b"IHDR", pack(">IIBBBBB", width, height, *rest))


def _png(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


ROWS = zlib.compress((b"\0" + b"\x09" * 40) * 36)
EXTRA = chunk(b"tEXt", b"Comment\0" + HIDDEN)
FRAME = JPEG.index(b"\xff\xc0")
BAD = {
    "nothing": (b"", PictureFault.NOTHING),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', PictureFault.NOT_A_PICTURE),
    "svg, declared": (b'<?xml version="1.0"?><svg/>', PictureFault.NOT_A_PICTURE),
    "html": (b"<!doctype html><script>alert(1)</script>", PictureFault.NOT_A_PICTURE),
    "gif": (b"GIF89a" + b"\0" * 40, PictureFault.NOT_A_PICTURE),
    "html that begins like a png": (b"\x89PNG\r\n\x1a\n" + HIDDEN, PictureFault.BROKEN),
    "script that begins like a jpeg": (b"\xff\xd8\xff/*" + HIDDEN, PictureFault.BROKEN),
    "riff without a picture": (b"RIFF\x04\0\0\0WEBP", PictureFault.BROKEN),
    "too many bytes": (draw_png() + b"\0" * MAX_SENT, PictureFault.TOO_LARGE),
    "too much to keep": (draw_png(200, 200, noise=True), PictureFault.TOO_LARGE),
    "a narrow one": (draw_png(31, 200), PictureFault.TOO_SMALL),
    "a wide one": (draw_png(MOST_SIDE + 1, 40), PictureFault.TOO_WIDE),
    "a bomb": (_png(_head(50_000, 50_000, 16, 6, 0, 0, 0), chunk(b"IDAT", ROWS)), PictureFault.TOO_WIDE),
    "more than it says": (_png(_head(40, 35, 8, 0, 0, 0, 0), chunk(b"IDAT", ROWS)), PictureFault.BROKEN),
    "less than it says": (_png(_head(40, 37, 8, 0, 0, 0, 0), chunk(b"IDAT", ROWS)), PictureFault.BROKEN),
    "unknown filters": (
        _png(_head(40, 36, 8, 0, 0, 0, 0), chunk(b"IDAT", zlib.compress((b"\x07" + b"\0" * 40) * 36))),
        PictureFault.BROKEN,
    ),
    "no such depth": (_png(_head(40, 36, 3, 0, 0, 0, 0), chunk(b"IDAT", ROWS)), PictureFault.BROKEN),
    "no palette": (_png(_head(40, 36, 8, 3, 0, 0, 0), chunk(b"IDAT", ROWS)), PictureFault.BROKEN),
    "two heads": (_png(_head(40, 36, 8, 0, 0, 0, 0) * 2, chunk(b"IDAT", ROWS)), PictureFault.BROKEN),
    "no picture": (_png(_head(40, 36, 8, 0, 0, 0, 0)), PictureFault.BROKEN),
    "parted picture": (
        _png(_head(40, 36, 8, 0, 0, 0, 0), chunk(b"IDAT", ROWS[:9]), EXTRA, chunk(b"IDAT", ROWS[9:])),
        PictureFault.BROKEN,
    ),
    "a chunk that must be known": (draw_png(extra=chunk(b"EVIL", b"")), PictureFault.BROKEN),
    "not packed": (_png(_head(40, 36, 8, 0, 0, 0, 0), chunk(b"IDAT", b"\0" * 99)), PictureFault.BROKEN),
    "a wrong sum": (draw_png().replace(b"IEND", b"IENd"), PictureFault.BROKEN),
    "four colours": (JPEG[: FRAME + 9] + b"\x04" + JPEG[FRAME + 10 :], PictureFault.BROKEN),
    "arithmetic": (JPEG[: FRAME + 1] + b"\xc9" + JPEG[FRAME + 2 :], PictureFault.BROKEN),
    "a film": (
        WEBP[:12] + b"ANIM\x06\0\0\0" + b"\0" * 6 + WEBP[12:],
        PictureFault.BROKEN,
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_anything_else_is_refused(name: str) -> None:
    """By what it holds: nothing is unpacked beyond what a head says, and no kind but three is taken."""
    sent, fault = BAD[name]
    assert read_picture(sent) is fault


@pytest.mark.parametrize("name", GOOD)
def test_a_picture_that_is_cut_off_is_broken(name: str) -> None:
    """Wherever it ends; nothing loops and nothing falls."""
    sent, _ = GOOD[name]
    for end in range(12, len(sent) - 1):
        assert not isinstance(read_picture(sent[:end]), Picture), end


def test_words_before_the_picture_are_left_out() -> None:
    """A comment of a PNG, and one of a JPEG."""
    with_comment = JPEG[:2] + b"\xff\xfe" + (len(HIDDEN) + 2).to_bytes(2, "big") + HIDDEN + JPEG[2:]
    for sent in (draw_png(extra=EXTRA), with_comment):
        picture = read_picture(sent)
        assert isinstance(picture, Picture)
        assert HIDDEN not in picture.body
