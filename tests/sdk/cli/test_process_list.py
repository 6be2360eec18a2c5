"""What others on the machine can see of the command: its words, its environment, its output. ATTACKS LK-05.

Before the imitation of the original API, which is slow, so that each command can be looked at while it runs.
"""

import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from sdk.cli.terminal import Terminal, every_file
from sdk.imitation import NETWORK, Original
from sdk.plain_server import Asked, Said, serve


class Slow:
    """The original API, with a look at all processes while it is asked."""

    def __init__(self, home: Path) -> None:
        self.original = Original()
        self.seen: list[str] = []
        self._home = home
        self._lock = threading.Lock()

    def __call__(self, asked: Asked) -> Said:
        """Look, then answer."""
        shown = "\n".join(shown_by(self._home))
        with self._lock:
            self.seen.append(shown)
        return self.original(asked)

    def secrets(self) -> set[str]:
        """All that must not be seen."""
        forms = [one.form for one in self.original.asked]
        sent = [one.headers["authorization"] for one in self.original.asked if "authorization" in one.headers]
        kept = {form[name] for form in forms for name in ("code", "code_verifier", "refresh_token") if name in form}
        return kept | {one.partition(" ")[2] for one in sent} | {self.original.pair[1], self.original.app[1]}


def shown_by(home: Path) -> Iterator[str]:
    """Words and environment of every process that was started in this home."""
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                environment = (process / "environ").read_bytes()
                words = (process / "cmdline").read_bytes()
            except OSError:
                continue  # another user's, or over
            if f"HOME={home}".encode() in environment:
                yield (words + environment).replace(b"\0", b" ").decode(errors="replace")


@contextmanager
def slow(home: Path) -> Iterator[Slow]:
    """It, served."""
    api = Slow(home)
    with serve(api) as address:
        api.original.address = address
        yield api


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


def sign_in(link: str, redirect_uri: str) -> str:
    """Where a browser ends that opens the link."""
    opener = urllib.request.build_opener(_Stay())
    while not link.startswith(redirect_uri):
        with pytest.raises(urllib.error.HTTPError) as answer:
            opener.open(link)
        with answer.value:
            link = urljoin(link, str(answer.value.headers["location"]))
    return link


def test_an_apps_secret_and_tokens_are_seen_by_nobody(tmp_path: Path) -> None:
    """Login with the secret on stdin, calls and logout: not in the process list, an environment, or what is printed."""
    terminal = Terminal(tmp_path)
    with slow(tmp_path) as api:
        client_id, secret = api.original.app
        talk = terminal.begins(
            *("login", "--server", api.original.address, "--client-id", client_id, "--secret-stdin"),
            *("--scope", "resources", "--redirect-uri", api.original.redirect_uri, "--network", NETWORK, "--files"),
        )
        talk.says(secret)
        talk.says(sign_in(talk.hears_link(), api.original.redirect_uri))
        said = [talk.ends()]
        said += [
            terminal.types(*words)
            for words in (
                ("call", "GET", "/resources/v1?limit=1"),
                ("call", "GET", "/nothing", "--json"),
                ("status", "--json"),
                ("networks",),
                ("logout",),
            )
        ]
        assert [one.code for one in said] == [0, 0, 1, 0, 0, 0], said
        _nothing_of(api, said)
        assert not [path for path, text in every_file(tmp_path).items() if any(one in text for one in api.secrets())]
        revoked = api.original.asked_for("POST", "/oauth2/revoke")
        assert [urlsplit(one.target).query.partition("=")[0] for one in revoked] == ["token"]


def test_a_networks_pair_is_seen_by_nobody(tmp_path: Path) -> None:
    """The same for HTTP Basic, whose secret comes from a file; a wrong one is not repeated."""
    terminal = Terminal(tmp_path)
    with slow(tmp_path) as api:
        client_id, secret = api.original.pair
        file = tmp_path / "secret"
        words = ("login", "--basic", "--server", api.original.address, "--client-id", client_id, "--files")
        said = []
        for text in (f"{secret}x\n", f"{secret}\n"):
            file.write_text(text)
            said.append(terminal.types(*words, "--secret-file", str(file)))
        said += [terminal.types("call", "GET", "/resources/v1?limit=1"), terminal.types("logout")]
        assert [one.code for one in said[1:]] == [0, 0, 0], said
        _nothing_of(api, said)


def test_a_secret_that_is_typed_into_the_command_line_is_refused_and_not_repeated(tmp_path: Path) -> None:
    """There is no such option; the complaint does not show what was given."""
    said = Terminal(tmp_path).types("login", "--client-secret=canary-secret", "--server", "http://127.0.0.1:9")
    assert said.code == 2
    assert "canary" not in said.out + said.err


def test_a_crash_of_the_command_leaves_no_core() -> None:
    """LK-05: whatever the limit was, no core file is written, and no collector of cores is asked."""
    program = """
import resource, sys
hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
from frontdesk_client.cli.main import main
sys.argv = ["frontdesk-client", "status"]
try:
    main()
except SystemExit:
    print("limits", *resource.getrlimit(resource.RLIMIT_CORE), "of", hard)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    words = done.stdout.split("limits ")[-1].split()
    assert words[:2] == (["0", "0"] if words[3] == "0" else ["1", "1"]), done


def _nothing_of(api: Slow, said: list[object]) -> None:
    """No secret was seen or printed; and it was looked while commands ran."""
    seen, secrets = "\n".join(api.seen), api.secrets()
    assert seen.count("frontdesk-client") >= 3
    assert len(secrets) >= 3
    for secret in secrets:
        assert secret not in seen
        assert secret not in repr(said)
