"""The installation's logo: which files are taken, and why others are not."""

import struct
from pathlib import Path

import pytest

from frontdesk.runtime.logo import MAX_FILE, LogoError, read_logo

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">{}</svg>'
MARK = SVG.format('<style>@media (prefers-color-scheme: dark) { path { fill: #fff } }</style><path d="M1 1h6v6z"/>')


def png(width: int = 32, height: int = 32, *, more: bytes = b"") -> bytes:
    """As far as it is looked at."""
    header = struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, 6, 0, 0, 0) + bytes(4)
    return b"\x89PNG\r\n\x1a\n" + header + more + struct.pack(">I4s", 0, b"IEND") + bytes(4)


def written(folder: Path, content: str | bytes) -> Path:
    """A file with this in it."""
    file = folder / "logo"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (png(), "png"),
        (png(1_024, 1), "png"),
        (MARK, "svg"),
        (f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by hand -->{MARK}', "svg"),
        (SVG.format('<defs><path id="a" d="M0 0"/></defs><use href="#a" fill="url(#b)"/>'), "svg"),
    ],
    ids=["png", "wide", "svg", "declared", "referring"],
)
def test_plain_pictures_are_taken_as_they_are(tmp_path: Path, content: str | bytes, suffix: str) -> None:
    """Byte by byte."""
    file = written(tmp_path, content)
    logo = read_logo(file)
    assert (logo.suffix, logo.body) == (suffix, file.read_bytes())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"\xff\xd8\xff\xe0 a photograph",
        png(1_025, 8),
        png(0, 8),
        png()[:-12],
        b"\x89PNG\r\n\x1a\n",
        png(more=bytes(MAX_FILE)),
        "<html><script>alert(1)</script></html>",
        "<svg><path/></svg>",
        SVG.format("<script>alert(1)</script>"),
        SVG.format('<path onload="alert(1)"/>'),
        SVG.format('<path ONLOAD="alert(1)"/>'),
        SVG.format('<image href="https://evil.example/x.png"/>'),
        SVG.format('<use href="https://evil.example/x.svg#a"/>'),
        SVG.format('<use xmlns:x="http://www.w3.org/1999/xlink" x:href="data:image/svg+xml,x"/>'),
        SVG.format("<foreignObject><p>hello</p></foreignObject>"),
        SVG.format('<animate attributeName="href" to="javascript:alert(1)"/>'),
        SVG.format("<style>@import 'https://evil.example/x.css';</style>"),
        SVG.format("<style>path { fill: url( 'https://evil.example/x') }</style>"),
        SVG.format("<style>@imp\\ort 'x'</style>"),
        SVG.format('<path fill="url(https://evil.example/x)"/>'),
        SVG.format('<p xmlns="http://www.w3.org/1999/xhtml">hello</p>'),
        '<?xml-stylesheet href="https://evil.example/x.css"?>' + MARK,
        '<!DOCTYPE svg [<!ENTITY a "b">]>' + MARK,
        '<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + MARK,
        MARK[:-3],
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_everything_else_is_refused_with_what_would_do(tmp_path: Path, content: str | bytes) -> None:
    """What runs, loads or refers elsewhere; what is too large; what is no picture of these kinds."""
    with pytest.raises(LogoError) as refused:
        read_logo(written(tmp_path, content))
    assert refused.value.problem.startswith(f"logo, {tmp_path / 'logo'}, cannot be used: ")
    assert "plain SVG, of at most 16 kB" in refused.value.hint


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """With its name."""
    with pytest.raises(LogoError, match="cannot read logo"):
        read_logo(tmp_path / "none.svg")
