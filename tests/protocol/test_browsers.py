"""What a person would call a browser, from what it says of itself."""

import pytest

from frontdesk.protocol.browsers import Agent, read_agent

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("header", "browser", "system"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox", "Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/129.0.0.0 Safari/537.36", "Chrome", "Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {_WEBKIT} Chrome/129.0 Safari/537.36 Edg/129.0", "Edge", "Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.6 Safari/605.1.15", "Safari", "macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) Version/17.6 Safari/604.1", "Safari", "iPhone"),
        (f"Mozilla/5.0 (Linux; Android 14) {_WEBKIT} SamsungBrowser/26.0 Safari/537.36", "Samsung Internet", "Android"),
        ("<script>alert(1)</script>", "", ""),
        ("", "", ""),
    ],
)
def test_names_of_ours_for_what_it_says(header: str, browser: str, system: str) -> None:
    """Nothing of the header's own text gets through."""
    assert read_agent(header) == Agent(browser=browser, system=system)
