"""docs/proxies: each page holds the very configuration that the command prints, and the suite runs.

Write the pages anew with `PYTHONPATH=tests .venv/bin/python tests/proxies/test_documents.py`.
"""

import re
from pathlib import Path

import pytest

from servers.front_proxy import print_config
from servers.proxies import START

FOLDER = Path(__file__).resolve().parents[2] / "docs/proxies"
WORDS = ("--public-url", "https://api.example.com", "--frontdesk", "127.0.0.1:8000", "--upstream", "127.0.0.1:9000")
LANGUAGE = {"nginx": "nginx", "caddy": "", "traefik": "yaml", "envoy": "yaml"}
TITLE = "\n## The configuration\n"


def chapter(kind: str) -> str:
    """What follows the title on a proxy's page."""
    parts = [("--part", "static"), ("--part", "routes")] if kind == "traefik" else [()]
    texts = [print_config(kind, *WORDS, *part) for part in parts]
    return "".join(f"```{LANGUAGE[kind]}\n{text}```\n" for text in texts)


@pytest.mark.parametrize("kind", list(START))
def test_a_page_shows_what_is_printed(kind: str) -> None:
    """Word for word."""
    assert (FOLDER / f"{kind}.md").read_text().partition(TITLE)[2] == chapter(kind)


def test_every_proxy_has_its_page_and_every_link_its_file() -> None:
    """From the table of the first page."""
    links = re.findall(r"\]\(([^)#]+\.md)\)", (FOLDER / "README.md").read_text())
    assert {f"{kind}.md" for kind in START} <= set(links)
    assert [link for link in links if not (FOLDER / link).exists()] == []


if __name__ == "__main__":
    for each in START:
        page = FOLDER / f"{each}.md"
        page.write_text(page.read_text().partition(TITLE)[0] + TITLE + chapter(each))
