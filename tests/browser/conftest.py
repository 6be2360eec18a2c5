"""A real demo and a real Chromium, cut off from everything but this machine."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from servers.needs import ROOT, need
from servers.processes import BIN, Running, clean_environment, free_port, new_folder, ordinary_user, wait_until

SHOTS = ROOT / "build" / "screenshots"
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The addresses of one `frontdesk dev`."""

    desk: str
    partner: str
    mailbox: str

    @property
    def origins(self) -> tuple[str, ...]:
        """Everything that a page may ever ask for."""
        return (self.desk, self.partner, self.mailbox)


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """One `frontdesk dev` for the whole run."""
    folder, port = new_folder("demo"), free_port()
    running = Running(
        [str(BIN / "frontdesk"), "dev", "--json", "--port", str(port), "--data", str(folder / "data")],
        log=folder / "dev.log",
        environment=clean_environment({"PYTHONUNBUFFERED": "1"}),
        prefix=ordinary_user(),
    )

    def is_ready() -> bool:
        if running.process.poll() is not None:
            raise RuntimeError(f"frontdesk dev ended with {running.process.returncode}:\n{running.words()}")
        return "}" in running.words()

    try:
        wait_until(is_ready, seconds=40, what="the demo's addresses")
        said = json.loads(running.words())
        yield Demo(desk=said["url"], partner=said["partner"], mailbox=said["mailbox"])
    finally:
        running.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = need("chromium")
    flags = [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def open_browser(chromium: Browser, demo: Demo) -> Iterator[Callable[..., Page]]:
    """Opens a fresh browser profile: `open_browser(java_script_enabled=False)`; no request may leave the demo."""
    contexts: list[BrowserContext] = []
    strays: list[str] = []

    def watch(url: str) -> None:
        if not url.startswith(tuple(f"{origin}/" for origin in demo.origins)) and not url.startswith("data:"):
            strays.append(url)

    def make(**wishes: object) -> Page:
        context = chromium.new_context(**wishes)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        context.on("request", lambda request: watch(request.url))
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
    assert strays == [], "pages asked for something elsewhere"


@pytest.fixture(scope="session")
def shots() -> Path:
    """The ignored folder that screenshots go to."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    return SHOTS
