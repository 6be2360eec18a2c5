"""The key file: made once with a new database, private, and never guessed at (FT-16, LK-05)."""

import json
import multiprocessing
import os
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from frontdesk.protocol.ids import SECOND, Micros
from frontdesk.protocol.keys import PURPOSES, KeyState
from frontdesk.runtime.keyring import P256_ORDER, KeyRing
from frontdesk.runtime.keys import KEY_FILE, KeyFileError, hold_keys, make_ring, open_keys, read_keys


def _spoil(folder: Path, **changes: object) -> None:
    path = folder / KEY_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_new_folder_gets_a_private_key_file(tmp_path: Path) -> None:
    """Six purposes with one key each, in a file and a folder for the owner alone."""
    folder = tmp_path / "data"
    ring = open_keys(folder, database_id=None)
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [len(getattr(ring, purpose)) for purpose in PURPOSES] == [1, 1, 1, 1, 1, 1]
    assert len({getattr(ring, purpose)[0].secret for purpose in PURPOSES}) == 6
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
    ("another format", {"format": 4}),
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
    ("a state of the future", {"keys": {name: [KEY | {"state": "sleeping"}] for name in PURPOSES}}),
    ("no key that makes", {"keys": {name: [KEY | {"state": "retired"}] for name in PURPOSES}}),
    ("only a new key", {"keys": {name: [KEY | {"state": "new"}] for name in PURPOSES}}),
    ("a vault of retired keys", {"keys": {name: [KEY] for name in PURPOSES} | {"vault": [KEY | {"state": "retired"}]}}),
    ("only the vault", {"keys": {"vault": [KEY]}}),
    ("format 1 with a vault", {"format": 1}),
    (
        "a key to sign with that is no scalar",
        {"keys": {name: [KEY] for name in PURPOSES} | {"sign": [KEY | {"key": "_" * 42 + "8"}]}},
    ),
    ("a start that is no time", {"keys": {name: [KEY | {"from": "soon"}] for name in PURPOSES}}),
    ("a start that is no text", {"keys": {name: [KEY | {"from": 7}] for name in PURPOSES}}),
    ("format 2 with a key to sign with", {"format": 2}),
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


def _as_format_1(folder: Path) -> bytes:
    """Make the file one of format 1; its content."""
    path = folder / KEY_FILE
    content = json.loads(path.read_text())
    del content["keys"]["vault"], content["keys"]["sign"]
    path.write_text(json.dumps(content | {"format": 1}))
    return path.read_bytes()


def test_a_file_of_format_1_is_given_a_vault_and_a_key_to_sign_with(tmp_path: Path) -> None:
    """In place, once, for its owner alone; the keys that it had stay as they were."""
    ring = open_keys(tmp_path, database_id=None)
    _as_format_1(tmp_path)
    upgraded = open_keys(tmp_path, database_id=ring.database_id)
    assert (upgraded.mac, upgraded.digest, upgraded.seal, upgraded.cookie) == (
        ring.mac,
        ring.digest,
        ring.seal,
        ring.cookie,
    )
    assert [key.id for key in upgraded.vault] == [1]
    assert upgraded.vault != ring.vault
    assert [key.id for key in upgraded.sign] == [1]
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert open_keys(tmp_path, database_id=ring.database_id) == upgraded


@pytest.mark.parametrize("destroyed", [False, True])
def test_a_file_of_format_2_is_given_a_key_to_sign_with(tmp_path: Path, *, destroyed: bool) -> None:
    """And nothing else: a vault that was destroyed stays destroyed."""
    ring = open_keys(tmp_path, database_id=None)
    content = json.loads((tmp_path / KEY_FILE).read_text())
    del content["keys"]["sign"]
    if destroyed:
        content["keys"]["vault"] = []
    _spoil(tmp_path, format=2, keys=content["keys"])
    upgraded = open_keys(tmp_path, database_id=ring.database_id)
    assert replace(upgraded, sign=()) == replace(ring, sign=(), vault=() if destroyed else ring.vault)
    assert [key.id for key in upgraded.sign] == [1]
    assert upgraded.sign != ring.sign
    assert json.loads((tmp_path / KEY_FILE).read_text())["format"] == 3


def test_a_start_is_kept_to_the_second(tmp_path: Path) -> None:
    """When a key begins to sign survives the file."""
    ring = open_keys(tmp_path, database_id=None)
    later = replace(ring, sign=(replace(ring.sign[0], makes_from=Micros(1_800_000_000 * SECOND)),))
    with hold_keys(tmp_path, database_id=ring.database_id) as file:
        file.write(later)
    assert open_keys(tmp_path, database_id=ring.database_id) == later


def test_a_key_to_sign_with_is_a_scalar_whatever_is_drawn() -> None:
    """FIPS 186-5 §A.2.1: neither zero nor the curve's order or more."""
    for drawn in (b"\x00", b"\xff", b"\x7f"):
        scalar = int.from_bytes(make_ring("x", random=lambda count, byte=drawn: byte * count).sign[0].secret)
        assert 1 <= scalar < P256_ORDER


def test_a_file_of_another_database_is_not_upgraded(tmp_path: Path) -> None:
    """What is refused is left as it was found."""
    open_keys(tmp_path, database_id=None)
    before = _as_format_1(tmp_path)
    with pytest.raises(KeyFileError, match="another database"):
        open_keys(tmp_path, database_id="0193a1b2-c3d4-7e5f-8a6b-0123456789ab")
    assert (tmp_path / KEY_FILE).read_bytes() == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_owner_stays_who_it_was(tmp_path: Path) -> None:
    """root upgrades and changes the file of the server's user, who goes on reading it."""
    ring = open_keys(tmp_path, database_id=None)
    _as_format_1(tmp_path)
    for path in (tmp_path, tmp_path / KEY_FILE):
        os.chown(path, 65_534, 65_534)
    open_keys(tmp_path, database_id=ring.database_id)
    status = (tmp_path / KEY_FILE).stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (65_534, 65_534, 0o600)


def test_a_destroyed_vault_stays_destroyed(tmp_path: Path) -> None:
    """An empty list is no missing one: nobody makes a new key in its place."""
    ring = open_keys(tmp_path, database_id=None)
    with hold_keys(tmp_path, database_id=ring.database_id) as file:
        file.write(replace(file.ring, vault=()), wipe=True)
    assert open_keys(tmp_path, database_id=ring.database_id).vault == ()


def test_a_reader_sees_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    """While another thread replaces and wipes it on and on: never half of one, and never a wait."""
    ring = open_keys(tmp_path, database_id=None)
    rings = [ring, replace(ring, mac=(*ring.mac, replace(ring.mac[0], id=2, state=KeyState.NEW)))]
    done = threading.Event()

    def change() -> None:
        with hold_keys(tmp_path, database_id=ring.database_id) as file:
            for turn in range(60):
                file.write(rings[turn % 2], wipe=True)
        done.set()

    changer = threading.Thread(target=change)
    changer.start()
    seen = 0
    while not done.is_set():
        assert read_keys(tmp_path, database_id=ring.database_id)[0] in rings
        seen += 1
    changer.join()
    assert seen > 10


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
