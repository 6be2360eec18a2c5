"""The installation's logo: a PNG or an SVG from a file, judged before it is shown to anybody.

A drawing can hold scripts and ask for things elsewhere. It is served as a picture under a policy that runs and loads
nothing; all the same only a drawing that needs neither is taken.
"""

import re
import struct
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

MAX_FILE = 16 * 1024  # bytes: every page loads it
MAX_SIDE = 1_024  # pixels
_PNG = b"\x89PNG\r\n\x1a\n"
_NAMESPACE = "http://www.w3.org/2000/svg"
_SHAPES = frozenset(
    (
        *("svg", "g", "defs", "symbol", "use", "title", "desc", "metadata", "style"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "textPath"),
        *("clipPath", "mask", "linearGradient", "radialGradient", "stop", "pattern", "marker"),
        *("filter", "feGaussianBlur", "feOffset", "feBlend", "feMerge", "feMergeNode", "feColorMatrix"),
        *("feComposite", "feFlood", "feDropShadow"),
    )
)
_REACHES_OUT = re.compile(r"@import|url\(\s*['\"]?(?!['\"]?#)|javascript:|expression\(", re.IGNORECASE)
HINT = f"give a PNG of at most {MAX_SIDE} pixels a side or a plain SVG, of at most {MAX_FILE // 1024} kB"


class LogoError(Exception):
    """The file cannot be the logo: what is wrong, and what to do."""

    hint = HINT

    def __init__(self, problem: str) -> None:
        """One line, without a full stop."""
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """A picture that may be shown. `suffix`: "png" or "svg"."""

    body: bytes = field(repr=False)
    suffix: str


def read_logo(path: Path) -> Logo:
    """Read and judge the file. Raises LogoError."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except OSError as error:
        raise LogoError(f"cannot read logo, {path}: {error.strerror or error}") from error
    try:
        if len(content) > MAX_FILE:
            raise ValueError("it is too large")
        if content.startswith(_PNG):
            _judge_png(content)
            return Logo(body=content, suffix="png")
        _judge_svg(content)
        return Logo(body=content, suffix="svg")
    except (ValueError, struct.error) as flaw:
        raise LogoError(f"logo, {path}, cannot be used: {flaw}") from flaw


def _judge_png(content: bytes) -> None:
    """The header's size, and an end: what lies between is for browsers to read (PNG §5.3, §11.2.1)."""
    length, kind, width, height = struct.unpack(">I4sII", content[8:24])
    if (length, kind) != (13, b"IHDR") or content[-8:-4] != b"IEND":
        raise ValueError("it is no whole PNG")
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise ValueError(f"it has {width} by {height} pixels")


def _judge_svg(content: bytes) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.ProcessingInstructionHandler = _refuse_instruction
    parser.StartElementHandler = _Elements().begin
    parser.CharacterDataHandler = _judge_text
    parser.buffer_text = True  # or a word could come in pieces
    try:
        parser.Parse(content, True)
    except expat.ExpatError as flaw:
        raise ValueError(f"it is neither a PNG nor well-formed SVG ({flaw})") from flaw


class _Elements:
    """Judges each element as it begins; the first one must be the drawing itself."""

    def __init__(self) -> None:
        self._is_first = True

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Raise ValueError for what a picture does not need."""
        namespace, _, local = name.rpartition(" ")
        if self._is_first and (namespace, local) != (_NAMESPACE, "svg"):
            raise ValueError("it is neither a PNG nor an SVG")
        self._is_first = False
        if namespace != _NAMESPACE or local not in _SHAPES:
            raise ValueError(f"an SVG with <{local}> is not taken")
        for key, value in attributes.items():
            attribute = key.rpartition(" ")[2].lower()
            if attribute.startswith("on") or (attribute in ("href", "src") and not value.startswith("#")):
                raise ValueError(f"an SVG with {attribute}= is not taken, but for a reference to itself")
            _judge_text(value)


def _judge_text(text: str) -> None:
    if _REACHES_OUT.search(text.replace("\\", "")):
        raise ValueError("an SVG that asks for something elsewhere is not taken")


def _refuse_doctype(*_: object) -> None:
    raise ValueError("an SVG with a document type is not taken: save it without")


def _refuse_instruction(*_: object) -> None:
    raise ValueError("an SVG with processing instructions is not taken: save it without")
