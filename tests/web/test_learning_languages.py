"""The first page in a language waits for its catalogue; nobody else does."""

import threading

import pytest

from frontdesk.runtime import speakers
from frontdesk.testing.story import Story
from frontdesk.web import pages

pytestmark = pytest.mark.anyio


async def test_a_catalogue_is_read_beside_the_loop(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for each language, in a thread of its own."""
    threads: list[tuple[str, threading.Thread]] = []

    def note(code: str) -> object:
        threads.append((code, threading.current_thread()))
        return speakers.speaker_of(code)

    monkeypatch.setattr(pages, "speaker_of", note)
    for language in ("de", "uk", "de"):
        browser = story.browser()
        browser.cookies["fd_language"] = language
        assert (await browser.get("/sign-in")).status == 200
    assert [code for code, _ in threads] == ["de", "uk"]
    assert threading.main_thread() not in {thread for _, thread in threads}
