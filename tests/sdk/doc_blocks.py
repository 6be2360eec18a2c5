"""The code blocks of a page, and the files that a reader would write of them."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(?P<language>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# (?P<path>[\w/]+\.py)\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block: its language, the line it begins on, its text, and the file that its first line names."""

    language: str
    line: int
    text: str
    file: str | None


def read_blocks(page: Path) -> list[Block]:
    """All blocks of a page. A fence that is not closed is refused."""
    text = page.read_text("utf-8")
    blocks = []
    for found in FENCE.finditer(text):
        named = NAMED.match(found["text"])
        line = text.count("\n", 0, found.start()) + 2
        file = named["path"] if named else None
        blocks.append(Block(language=found["language"], line=line, text=found["text"], file=file))
    assert 2 * len(blocks) == len(re.findall(r"^\s*```", text, re.MULTILINE)), (
        f"{page}: a fence that is not one of ours"
    )
    return blocks


def write_file(block: Block, folder: Path) -> Path:
    """As the reader does: settings go to the end of those that are there, other files are made anew."""
    assert block.file is not None
    path = folder / block.file
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text() if path.name == "settings.py" else ""
    path.write_text(before + block.text)
    return path
