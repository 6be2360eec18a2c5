"""The proxies' own socket: what may be in its place, and what becomes of it."""

import socket
from pathlib import Path

import pytest

from frontdesk.cli.proxy_socket import proxies_door
from frontdesk.cli.speech import Refused
from frontdesk.settings import Settings


def test_it_is_made_for_owner_and_group_and_taken_away_again(tmp_path: Path) -> None:
    """Mode 0660 from its first moment; no file is left."""
    path = tmp_path / "desk.sock"
    with proxies_door(Settings(proxy_socket=path)) as doors:
        assert len(doors) == 1
        assert path.stat().st_mode & 0o777 == 0o660
    assert not path.exists()


def test_without_the_setting_there_is_none() -> None:
    """The port alone."""
    with proxies_door(Settings()) as doors:
        assert doors == ()


def test_what_a_killed_server_left_is_replaced(tmp_path: Path) -> None:
    """A socket that nobody listens on stands in nobody's way."""
    path = tmp_path / "desk.sock"
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    with proxies_door(Settings(proxy_socket=path)):
        assert path.is_socket()


def test_a_living_server_keeps_its_socket(tmp_path: Path) -> None:
    """Whoever comes second is refused, and does not take the first one's file away."""
    path = tmp_path / "desk.sock"
    with proxies_door(Settings(proxy_socket=path)):
        with pytest.raises(Refused, match="listens"), proxies_door(Settings(proxy_socket=path)):
            pass
        assert path.exists()


@pytest.mark.parametrize("place", ["file", "folder/desk.sock", "x" * 120])
def test_what_cannot_be_is_said_in_a_sentence(tmp_path: Path, place: str) -> None:
    """A file in its place is left alone; a folder that is not there is named."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(Refused) as refused, proxies_door(Settings(proxy_socket=tmp_path / place)):
        pass
    assert refused.value.hint
    assert (tmp_path / "file").read_text() == "mine"
