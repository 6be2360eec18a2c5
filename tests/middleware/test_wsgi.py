"""A desk in the process of a WSGI app: one loop in a thread of its own, in each process; and what an environ hides."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from frontdesk.middleware import Caller, Desk, FrontdeskWsgiMiddleware, LocalDesk, RemoteDesk
from frontdesk.middleware.environ import read_environ_headers, write_environ
from middleware.guarded import API, HERE
from middleware.town import Folder, make_folder

Environ = dict[str, Any]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A data folder with a network in it."""
    return asyncio.run(make_folder(tmp_path / "data"))


def an_environ(path: str = "/resources/v1", **more: Any) -> Environ:
    """A GET as a server hands it over."""
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "REMOTE_ADDR": "203.0.113.9",
        "wsgi.url_scheme": "http",
        "HTTP_HOST": "api.example",
        **more,
    }


class Ears:
    """A WSGI app that keeps what it is told, behind a desk."""

    def __init__(self, desk: Desk, **options: Any) -> None:
        self.environs: list[Environ] = []
        self.guarded = FrontdeskWsgiMiddleware(self, desk, **options)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """The app."""
        self.environs.append(environ)
        start_response("200 OK", [("Cache-Control", "public"), ("X_Request_Id", "the app's")])
        return [b"heard"]

    def calls(self, environ: Environ) -> tuple[int, dict[str, str], bytes]:
        """One call; status, headers and body."""
        started: list[Any] = []
        body = b"".join(self.guarded(environ, lambda status, headers: started.append((status, headers))))
        status, headers = started[0]
        return int(status.split()[0]), dict(headers), body


def test_the_app_hears_of_the_caller(folder: Folder) -> None:
    """The record and the headers, the raw target in its one reading, and nobody else's headers."""
    ears = Ears(folder.desk())
    status, headers, _ = ears.calls(
        an_environ(
            REQUEST_URI="/%72esources/v1?a=%2b",
            QUERY_STRING="a=%2b",
            HTTP_AUTHORIZATION=folder.authorization.decode(),
            HTTP_X_FRONTDESK_SUBJECT="me",
            HTTP_X_FORWARDED_FOR="198.51.100.1",
            HTTP_COOKIE="a=1; fd_session=x",
            CONTENT_TYPE="text/plain",
            CONTENT_LENGTH="",
        )
    )
    assert status == 200
    environ = ears.environs[0]
    assert environ["frontdesk.caller"] == Caller(
        subject=f"network:{folder.network_id}",
        network_id=folder.network_id,
        client_id=folder.client_id,
        scheme="basic",
        scopes=(),
        role=None,
        request_id=headers["x-request-id"],
    )
    assert environ["REQUEST_URI"] == "/resources/v1?a=%2b"
    assert environ["HTTP_X_FRONTDESK_SUBJECT"] == f"network:{folder.network_id}"
    assert environ["HTTP_SPACEBRING_NETWORK_ID"] == folder.network_id
    assert environ["HTTP_X_FORWARDED_FOR"] == "203.0.113.9"
    assert environ["HTTP_COOKIE"] == "a=1"
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert "HTTP_AUTHORIZATION" not in environ
    assert headers["cache-control"] == "private"
    ears.guarded.close()


@pytest.mark.parametrize(
    ("joined", "said"),
    [
        ({"HTTP_AUTHORIZATION": "Basic eDp5,Basic eDp5"}, "Send one credential, in one Authorization header."),
        ({"HTTP_SPACEBRING_NETWORK_ID": "a,b"}, "The Authorization and network headers may be sent once only."),
        ({"HTTP_SPACEBRING.NETWORK.ID": "a"}, "The Authorization and network headers may be sent once only."),
        ({"HTTP_HOST": "a,b"}, "The headers are malformed, or ask for something that is not offered."),
        (
            {"HTTP_AUTHORIZATION": "Basic \u20ac"},  # no WSGI string
            "The headers are malformed, or ask for something that is not offered.",
        ),
        (
            {"CONTENT_LENGTH": "3", "HTTP_TRANSFER_ENCODING": "chunked"},
            "The headers are malformed, or ask for something that is not offered.",
        ),
        (
            {"CONTENT_LENGTH": "3", "HTTP_CONTENT_LENGTH": "4"},
            "The headers are malformed, or ask for something that is not offered.",
        ),
    ],
)
def test_what_a_server_joined_is_refused_as_the_contract_says(
    folder: Folder, joined: dict[str, str], said: str
) -> None:
    """TN-04, BT-04: doubled headers arrive as one value with commas."""
    ears = Ears(folder.desk())
    status, _, body = ears.calls(an_environ(**joined))
    assert (status, json.loads(body)) == (400, {"message": said, "type": "invalidRequest"})
    assert ears.environs == []
    ears.guarded.close()


def test_headers_go_there_and_back() -> None:
    """What one server says twice is one header; what is no header stays where it is."""
    environ = an_environ(CONTENT_TYPE="a/b", HTTP_CONTENT_TYPE="a/b", HTTP_X_A="1", HTTPS="on", PATH="/bin")
    headers = read_environ_headers(environ)
    assert headers == [(b"host", b"api.example"), (b"content-type", b"a/b"), (b"x-a", b"1")]
    written = write_environ(environ, [(b"host", b"api.example"), (b"x-frontdesk-role", b"owner")])
    assert {key for key in written if key.startswith("HTTP_")} == {"HTTP_HOST", "HTTP_X_FRONTDESK_ROLE"}
    assert (written["HTTPS"], written["PATH"], written["CONTENT_TYPE"]) == ("on", "/bin", "a/b")


def threads() -> int:
    """How many of ours there are."""
    return sum(thread.name == "frontdesk" for thread in threading.enumerate())


def test_many_threads_share_one_desk(folder: Folder) -> None:
    """The first calls come together: one thread with one loop is begun, and all of them are answered."""
    ears = Ears(folder.desk(requests_per_second=10_000))
    before = threads()
    asked = an_environ(HTTP_AUTHORIZATION=folder.authorization.decode())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ears.calls(asked), range(200)))
    assert {status for status, _, _ in answers} == {200}
    assert len({headers["x-request-id"] for _, headers, _ in answers}) == 200
    assert threads() == before + 1
    ears.guarded.close()
    assert threads() == before


def test_a_closed_desk_opens_again(folder: Folder) -> None:
    """Where a server says goodbye and another call comes all the same."""
    ears = Ears(folder.desk())
    asked = an_environ(HTTP_AUTHORIZATION=folder.authorization.decode())
    for _ in range(2):
        assert ears.calls(asked)[0] == 200
        ears.guarded.close()


def test_a_desk_that_does_not_answer_is_a_503_in_time(tmp_path: Path) -> None:
    """Whoever has no decision within the deadline lets nobody through, and waits no longer."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        desk = RemoteDesk(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=30)
        ears = Ears(desk, deadline=0.3)
        began = monotonic()
        status, headers, body = ears.calls(an_environ(HTTP_AUTHORIZATION="Basic eDp5"))
        assert (status, headers["retry-after"]) == (503, "1")
        assert json.loads(body)["type"] == "temporarilyUnavailable"
        assert headers["x-request-id"]
        assert monotonic() - began < 5
        assert ears.environs == []
        ears.guarded.close()


def test_a_desk_that_cannot_open_is_a_503(tmp_path: Path) -> None:
    """There is no life to fail at its start: each call is refused until the folder is there."""
    ears = Ears(LocalDesk.at(tmp_path / "nowhere", openapi=API))
    assert ears.calls(an_environ(HTTP_AUTHORIZATION="Basic eDp5"))[0] == 503
    assert ears.environs == []
    ears.guarded.close()


FORKING = """
import json, os, sys
sys.path.insert(0, {here!r})
from frontdesk.middleware import FrontdeskWsgiMiddleware, LocalDesk

def app(environ, start_response):
    start_response("200 OK", [])
    return [b""]

guarded = FrontdeskWsgiMiddleware(app, LocalDesk.at({data!r}, openapi={api!r}))
environ = {environ!r}

def call(authorization):
    answers = []
    def start(status, headers):
        answers.append((status.split()[0], dict(headers)["x-request-id"]))
    b"".join(guarded({{**environ, "HTTP_AUTHORIZATION": authorization}}, start))
    return answers[0]

said = [call({good!r})]
read, write = os.pipe()
child = os.fork()
if child == 0:
    mine = [call({good!r}), call("Basic eDp5")]
    os.write(write, json.dumps(mine).encode())
    guarded.close()
    os._exit(0)
said.append(call({good!r}))
assert os.waitpid(child, 0)[1] == 0
said += json.loads(os.read(read, 4096))
said.append(call({good!r}))
guarded.close()
print(json.dumps(said))
"""


def test_a_fork_gets_a_desk_of_its_own(folder: Folder) -> None:
    """Also where the parent had opened it already: both go on, and no two calls get the same name."""
    script = FORKING.format(
        here=str(HERE), data=str(folder.data), api=str(API), environ=an_environ(), good=folder.authorization.decode()
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert [status for status, _ in said] == ["200", "200", "200", "401", "200"]
    assert len({name for _, name in said}) == 5
