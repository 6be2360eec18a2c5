"""The key file: made once with a new database, private, and never guessed at (FT-16, LK-05)."""

import json
import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from frontdesk.runtime.keyring import PURPOSES, KeyRing
from frontdesk.runtime.keys import KEY_FILE, KeyFileError, open_keys


def _spoil(folder: Path, **changes: object) -> None:
    path = folder / KEY_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_new_folder_gets_a_private_key_file(tmp_path: Path) -> None:
    """Five purposes with one key each, in a file and a folder for the owner alone."""
    folder = tmp_path / "data"
    ring = open_keys(folder, database_id=None)
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [len(getattr(ring, purpose)) for purpose in PURPOSES] == [1, 1, 1, 1, 1]
    assert len({getattr(ring, purpose)[0].secret for purpose in PURPOSES}) == 5
    assert {len(getattr(ring, purpose)[0].secret) for purpose in PURPOSES} == {32}


def test_the_same_keys_come_back(tmp_path: Path) -> None:
    """Reading again, with or without the database's id, gives the same ring."""
    ring = open_keys(tmp_path, database_id=None)
    assert open_keys(tmp_path, database_id=None) == ring
    assert open_keys(tmp_path, database_id=ring.database_id) == ring


def test_the_umask_does_not_open_the_file(tmp_path: Path) -> None:
    """A careless umask changes nothing."""
    before = os.umask(0)
    try:
        open_keys(tmp_path, database_id=None)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_keys_never_print(tmp_path: Path) -> None:
    """LK-05: a representation of the ring, in a traceback or a log, holds no key."""
    ring = open_keys(tmp_path, database_id=None, random=lambda n: b"canary!!" * (n // 8))
    assert b"canary!!" in ring.mac[0].secret
    assert "canary" not in repr(ring)


def test_a_missing_key_file_with_a_database_is_never_replaced(tmp_path: Path) -> None:
    """FT-16, BK-06: new keys would make every stored secret unprovable; the operator must restore the old ones."""
    ring = open_keys(tmp_path, database_id=None)
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(KeyFileError, match="missing") as refused:
        open_keys(tmp_path, database_id=ring.database_id)
    assert "backup" in refused.value.hint
    assert not (tmp_path / KEY_FILE).exists()


def test_keys_of_another_database_are_refused(tmp_path: Path) -> None:
    """A pair restored from two backups is no pair."""
    open_keys(tmp_path, database_id=None)
    with pytest.raises(KeyFileError, match="another database"):
        open_keys(tmp_path, database_id="0193a1b2-c3d4-7e5f-8a6b-0123456789ab")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o666])
def test_a_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    """FT-16: wider file modes; the hint says how to close them."""
    open_keys(tmp_path, database_id=None)
    (tmp_path / KEY_FILE).chmod(mode)
    with pytest.raises(KeyFileError, match="read by others") as refused:
        open_keys(tmp_path, database_id=None)
    assert "chmod 600" in refused.value.hint


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    """Whoever can plant a link could point at a file that they can read."""
    open_keys(tmp_path / "other", database_id=None)
    (tmp_path / KEY_FILE).symlink_to(tmp_path / "other" / KEY_FILE)
    with pytest.raises(KeyFileError, match="symbolic link"):
        open_keys(tmp_path, database_id=None)


def test_a_dangling_link_is_refused_and_not_followed(tmp_path: Path) -> None:
    """Nor is a key file made at a place that a link chose."""
    (tmp_path / KEY_FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyFileError):
        open_keys(tmp_path, database_id=None)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_something_else_in_its_place_is_refused(tmp_path: Path, make: object) -> None:
    """A folder, or a pipe that nobody writes to: an error at once."""
    assert callable(make)
    make(tmp_path / KEY_FILE)
    (tmp_path / KEY_FILE).chmod(0o600)
    with pytest.raises(KeyFileError):
        open_keys(tmp_path, database_id=None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_another_owner_is_refused_unless_it_is_the_folder_s(tmp_path: Path) -> None:
    """root reads the key file of the server's user; a stranger's file in root's own folder it does not."""
    open_keys(tmp_path, database_id=None)
    os.chown(tmp_path / KEY_FILE, 65_534, 65_534)
    with pytest.raises(KeyFileError, match="belongs to user"):
        open_keys(tmp_path, database_id=None)
    os.chown(tmp_path, 65_534, 65_534)
    open_keys(tmp_path, database_id=None)


KEY = {"id": 1, "made_at": "2026-01-01T00:00:00Z", "key": "A" * 42 + "E"}
DAMAGED = [
    ("empty", ""),
    ("not JSON", "{"),
    ("not text", b"\xff\xfe{}"),
    ("a list", "[]"),
    ("another format", {"format": 3}),
    ("a format that is no number", {"format": True}),
    ("no database", {"database": None}),
    ("database no id", {"database": "x"}),
    ("no keys", {"keys": {}}),
    ("a purpose missing", {"keys": {"mac": [KEY], "digest": [KEY], "seal": [KEY]}}),
    ("a purpose more", {"keys": {name: [KEY] for name in (*PURPOSES, "extra")}}),
    ("no key of a purpose", {"keys": {name: [] for name in PURPOSES}}),
    ("one id twice", {"keys": {name: [KEY, KEY] for name in PURPOSES}}),
    ("id zero", {"keys": {name: [KEY | {"id": 0}] for name in PURPOSES}}),
    ("id true", {"keys": {name: [KEY | {"id": True}] for name in PURPOSES}}),
    ("id too large", {"keys": {name: [KEY | {"id": 256}] for name in PURPOSES}}),
    ("a short key", {"keys": {name: [KEY | {"key": "AAAE"}] for name in PURPOSES}}),
    ("a key of zeros", {"keys": {name: [KEY | {"key": "A" * 43}] for name in PURPOSES}}),
    ("a key that is no text", {"keys": {name: [KEY | {"key": 7}] for name in PURPOSES}}),
    ("no date", {"keys": {name: [{"id": 1, "key": KEY["key"]}] for name in PURPOSES}}),
    ("a key that is no object", {"keys": {name: ["x"] for name in PURPOSES}}),
]


@pytest.mark.parametrize(("name", "content"), DAMAGED, ids=[name for name, _ in DAMAGED])
def test_a_damaged_file_is_refused_and_kept(tmp_path: Path, name: str, content: object) -> None:
    """Malformed in any way: a clear error that never quotes a key, and the file stays for the operator."""
    open_keys(tmp_path, database_id=None)
    path = tmp_path / KEY_FILE
    if isinstance(content, dict):
        _spoil(tmp_path, **content)
    else:
        path.write_bytes(content if isinstance(content, bytes) else str(content).encode())
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="damaged") as refused:
        open_keys(tmp_path, database_id=None)
    assert path.read_bytes() == before
    assert str(KEY["key"]) not in f"{refused.value} {refused.value.hint}"


def test_several_keys_of_a_purpose_are_read_in_order(tmp_path: Path) -> None:
    """Rotation: the first makes, all of them read."""
    open_keys(tmp_path, database_id=None)
    content = json.loads((tmp_path / KEY_FILE).read_text())
    content["keys"]["mac"].insert(0, KEY | {"id": 9})
    _spoil(tmp_path, keys=content["keys"])
    assert [key.id for key in open_keys(tmp_path, database_id=None).mac] == [9, 1]


def test_a_draft_left_by_a_crash_is_no_obstacle(tmp_path: Path) -> None:
    """A process that died while it wrote leaves half a draft beside the place, never half a key file."""
    (tmp_path / "keys.json.new").write_text('{"form')
    open_keys(tmp_path, database_id=None)
    assert not (tmp_path / "keys.json.new").exists()


def test_a_folder_that_cannot_be_used_is_a_clear_error(tmp_path: Path) -> None:
    """A file where the data folder should be."""
    (tmp_path / "data").write_text("")
    with pytest.raises(KeyFileError, match="cannot use"):
        open_keys(tmp_path / "data", database_id=None)


def _open(folder: Path, start: object, found: object) -> None:
    start.wait()  # type: ignore[attr-defined]
    ring: KeyRing = open_keys(folder, database_id=None)
    found.put((ring.database_id, ring.mac[0].secret))  # type: ignore[attr-defined]


def test_of_processes_that_start_at_once_one_makes_and_the_others_read(tmp_path: Path) -> None:
    """Six processes, one key file, one answer."""
    context = multiprocessing.get_context("spawn")
    start, found = context.Barrier(6), context.Queue()
    processes = [context.Process(target=_open, args=(tmp_path / "data", start, found)) for _ in range(6)]
    for process in processes:
        process.start()
    rings = {found.get(timeout=30) for _ in processes}
    for process in processes:
        process.join(30)
    assert len(rings) == 1
