"""A reader who tries a page out: runs its blocks in order, in one folder. `python reader.py PAGE`, in its own process.

Python blocks share their names. One that begins with a file's name is written there; of one that leaves an
`async def main`, that is run. Shell blocks run in bash and end at the first failure. A `text` block is what the block
before it puts out, with `…` for whatever differs. Where a program asks for a line, the reader opens the last link that
it printed, in the browser at $DOOR, and types the address that the browser ends at.
"""

import asyncio
import builtins
import inspect
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sdk.doc_blocks import Block, read_blocks, write_file

SHOWN = {"json", "toml", "ini"}  # configuration: nothing that could be run
ADDRESS = "https://api.example.com"
LINK = re.compile(r"https?://\S+")


class Screen:
    """Stdout, which is read along."""

    def __init__(self, out: Any) -> None:
        self.out = out
        self.links: list[str] = []
        self.said = ""  # by the block that ran last

    def write(self, text: str) -> int:
        """Note the links, and what is said."""
        self.links += LINK.findall(text)
        self.said += text
        return int(self.out.write(text))

    def flush(self) -> None:
        """Show it."""
        self.out.flush()


def read_page(page: Path, folder: Path) -> None:
    """Run it from its beginning to its end."""
    screen = Screen(sys.stdout)
    sys.stdout = screen  # type: ignore[assignment]
    builtins.input = lambda question="": type_address(screen, question)
    sys.path.insert(0, str(folder))
    names: dict[str, Any] = {"__name__": "page"}
    for block in read_blocks(page):
        screen.out.write(f"--- {page.name}:{block.line} {block.language}\n")
        text = block.text.replace(ADDRESS, os.environ["API"])
        if block.language == "text":
            assert is_like(screen.said, text), f"{page}:{block.line}: the page says\n{text}\nand it was\n{screen.said}"
            continue
        screen.said = ""
        if block.language == "sh":
            run_shell(text)
        elif block.language == "python":
            run_python(page, block, text, names, folder)
        else:
            assert block.language in SHOWN, f"{page}:{block.line}: what language is {block.language!r}?"


def is_like(said: str, shown: str) -> bool:
    """Whether a page shows what was said, but for what it leaves out."""
    parts = (re.escape(part) for part in shown.strip().split("…"))
    return re.fullmatch(".*".join(parts), said.strip(), re.DOTALL) is not None


def run_shell(text: str) -> None:
    """What a shell says is shown. A warning of pip, of an extra that is not there, is a failure too."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    print(done.stdout, flush=True)
    assert done.returncode == 0, f"the shell ended with {done.returncode}"
    assert "does not provide the extra" not in done.stdout


def run_python(page: Path, block: Block, text: str, names: dict[str, Any], folder: Path) -> None:
    """Errors name the line of the page."""
    if block.file is not None:
        write_file(block, folder)
        return
    if "DJANGO_SETTINGS_MODULE" in os.environ and "from tokens." in text:
        import django

        django.setup()
    names.pop("main", None)
    exec(compile("\n" * (block.line - 1) + text, str(page), "exec"), names)
    if inspect.iscoroutinefunction(names.get("main")):
        asyncio.run(names["main"]())


def type_address(screen: Screen, question: str) -> str:
    """Open the link that was shown, and copy where one ends."""
    print(question)
    with urllib.request.urlopen(f"{os.environ['DOOR']}/?link={quote(screen.links[-1], safe='')}") as answer:
        return str(answer.read().decode())


if __name__ == "__main__":
    read_page(Path(sys.argv[1]), Path.cwd())
