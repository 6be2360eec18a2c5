"""How a server starts and ends."""

import asyncio
import threading

import pytest

from cli.serving_here import read_answers, served
from cli.test_wire import hello
from frontdesk.cli.server import Message, Receive, Send, listen


class LockedError(Exception):
    """What an app raises that cannot start."""


async def locked(scope: Message, receive: Receive, send: Send) -> None:
    """An app that cannot start."""
    raise LockedError("no keys")


def test_what_keeps_an_app_from_starting_reaches_the_caller() -> None:
    """The command line says it in a sentence, so it must arrive whole and unlogged."""
    with pytest.raises(LockedError, match="no keys"), served(locked):
        pass


def test_two_listeners_on_one_port_are_impossible() -> None:
    """A second server on the same port must fail loudly, not take half of the calls."""
    with listen("127.0.0.1", 0) as first, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", first.getsockname()[1])


def test_ft_11_a_farewell_keeps_serving_but_turns_readiness_off_and_hangs_up() -> None:
    """Before the end: /readyz is 503, other answers carry `Connection: close`, on old connections too."""
    with served(hello) as server, server.connect() as old, server.connect() as unready:
        old.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        assert old.recv(4096).startswith(b"HTTP/1.1 200 OK")
        farewell = asyncio.run_coroutine_threadsafe(server.server.say_farewell(), server.loop)
        threading.Event().wait(0.1)

        unready.sendall(b"GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n")
        assert read_answers(unready).startswith(b"HTTP/1.1 503 ")
        old.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        answer = read_answers(old)
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b"connection: close" in answer
        farewell.result(5)
