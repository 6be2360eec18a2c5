"""How a running process learns of changed keys, and that a mint asks before it refuses a key's id for unknown."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from frontdesk.protocol.ids import ClientId, CodeId, Digest, GrantId, Micros, NetworkId, UserId
from frontdesk.protocol.keys import PURPOSES, KeyState
from frontdesk.protocol.records import Edge, Grant
from frontdesk.runtime.clock import SystemClock
from frontdesk.runtime.keyring import KeyRing
from frontdesk.runtime.keys import KEY_FILE, draw_key, hold_keys, open_keys
from frontdesk.runtime.keywatch import KeyWatch
from frontdesk.runtime.mint import Mint

NOW = Micros(1_800_000_000_000_000)
ROW = "0193a1b2-c3d4-7e5f-8a6b-0123456789ab"
GRANT = Grant(
    id=GrantId(ROW),
    user_id=UserId(ROW),
    client_id=ClientId("fdci_x"),
    stamp=-42,
    scopes_asked=("a",),
    scopes_given=("a",),
    edges=(Edge(network_id=NetworkId(ROW)),),
    refresh_digest=Digest(b""),
    code_id=CodeId(ROW),
    created_at=NOW,
)


def _watched(folder: Path) -> tuple[Mint, KeyWatch]:
    """A process over a folder of keys."""
    database = open_keys(folder, database_id=None).database_id
    watch = KeyWatch(folder, database_id=database)
    mint = Mint(watch.ring, SystemClock())
    watch.give(mint.load)
    mint.look_by(watch.look)
    return mint, watch


def _change(folder: Path, ring: KeyRing) -> None:
    with hold_keys(folder, database_id=ring.database_id) as file:
        file.write(ring)


def _rotated(ring: KeyRing, *, retire: bool = False) -> KeyRing:
    """Every purpose with a new key that makes; the old ones read, or are retired."""
    purposes = {}
    for purpose in PURPOSES:
        old = [replace(key, state=KeyState.RETIRED if retire else None) for key in ring.keys(purpose)]
        purposes[purpose] = (draw_key(purpose, len(old) + 1, now=NOW), *old)
    return replace(ring, **purposes)


def _make(mint: Mint) -> dict[str, object]:
    return {
        "mac": mint.access_token(GRANT, 1, NOW, Micros(NOW + 1)),
        "digest": mint.digest("secret"),
        "seal": mint.seal("p", b"x"),
        "cookie": mint.mac("p", "x"),
        "lasting": mint.seal("p", b"x", lasting=True),
        "vault": mint.keep_secret(ROW, 1, "secret"),
    }


def _judge(mint: Mint, made: dict[str, object]) -> dict[str, bool]:
    return {
        "mac": mint.read_access_token(str(made["mac"])) is not None,
        "digest": mint.proves("secret", Digest(made["digest"])),  # type: ignore[arg-type]
        "seal": mint.unseal("p", str(made["seal"])) == b"x",
        "cookie": mint.checks_mac("p", "x", str(made["cookie"])),
        "lasting": mint.unseal("p", str(made["lasting"]), lasting=True) == b"x",
        "vault": mint.reveal_secret(ROW, 1, str(made["vault"])) == "secret",
    }


ALL = dict.fromkeys(("mac", "digest", "seal", "cookie", "lasting", "vault"), True)


def test_what_an_unknown_key_made_is_judged_after_a_look(tmp_path: Path) -> None:
    """Another process makes under a key of which this one has not heard yet: it looks, once, and knows it."""
    here, watch = _watched(tmp_path)
    for name in ("mac", "digest", "seal", "cookie", "lasting"):
        _change(tmp_path, _rotated(watch.ring))
        there, _ = _watched(tmp_path)
        made = _make(there)
        assert _judge(here, {**_make(here), name: made[name]})[name], name
        assert _judge(here, made) == ALL


def test_what_a_retired_key_made_proves_nothing_after_a_look(tmp_path: Path) -> None:
    """Of any purpose; what the new ones make is good."""
    mint, watch = _watched(tmp_path)
    made = _make(mint)
    _change(tmp_path, _rotated(watch.ring))
    assert watch.look()
    assert _judge(mint, made) == ALL
    _change(tmp_path, _rotated(watch.ring, retire=True))
    assert watch.look()
    assert _judge(mint, made) == dict.fromkeys(ALL, False)
    assert _judge(mint, _make(mint)) == ALL


def test_garbage_costs_one_look_and_no_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of keys that nobody has, on and on: the file is opened only when it changed, also when it is damaged."""
    mint, watch = _watched(tmp_path)
    other, _ = _watched(tmp_path / "other")
    opened: list[str] = []
    real = os.open

    def count(path: object, *args: int, **more: int) -> int:
        opened.append(str(path))
        return real(path, *args, **more)  # type: ignore[arg-type]

    other.load(_rotated(_rotated(watch.ring)))
    garbage = _make(other)
    monkeypatch.setattr(os, "open", count)
    for _ in range(50):
        _judge(mint, garbage)
    assert opened == []
    (tmp_path / KEY_FILE).write_text("{")
    for _ in range(50):
        _judge(mint, garbage)
    assert len(opened) == 1
    assert "damaged" in watch.problem


def test_a_file_that_cannot_be_read_changes_nothing_and_is_told(tmp_path: Path) -> None:
    """What is held goes on; once the file is back, all is well by itself."""
    mint, watch = _watched(tmp_path)
    made, path = _make(mint), tmp_path / KEY_FILE
    content = path.read_bytes()
    for spoil, says in (
        (lambda: path.write_text("{"), "damaged"),
        (lambda: path.chmod(0o644), "read by others"),
        (path.unlink, "No such file"),
    ):
        spoil()
        assert not watch.look()
        assert says in watch.problem
        assert _judge(mint, made) == ALL
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(content)
        watch.look()
        assert watch.problem == ""


def test_a_key_file_of_another_database_is_not_taken(tmp_path: Path) -> None:
    """Whoever puts another file in its place has not put other keys in force."""
    mint, watch = _watched(tmp_path / "one")
    _watched(tmp_path / "other")
    made = _make(mint)
    os.replace(tmp_path / "other" / KEY_FILE, tmp_path / "one" / KEY_FILE)
    assert not watch.look()
    assert "another database" in watch.problem
    assert _judge(mint, made) == ALL


def test_a_sealed_secret_is_its_pairs_alone(tmp_path: Path) -> None:
    """D8: another network, another version, a changed text or key id: nothing opens."""
    mint, _ = _watched(tmp_path)
    sealed = mint.keep_secret(ROW, 3, "fdns_caf\u00e9")
    assert sealed is not None
    assert sealed.startswith("1.")
    assert "fdns" not in sealed
    assert mint.reveal_secret(ROW, 3, sealed) == "fdns_caf\u00e9"
    other = "0193a1b2-c3d4-7e5f-8a6b-0123456789ac"
    for network, version, text in (
        (other, 3, sealed),
        (ROW, 4, sealed),
        (ROW, 3, "2" + sealed[1:]),
        (ROW, 3, sealed[:-2]),
        (ROW, 3, ""),
        (ROW, 3, "1."),
        (ROW, 3, "x." + sealed[2:]),
        (ROW, 3, "1" * 5_000 + sealed[1:]),
        (ROW, 3, sealed[:9] + ("A" if sealed[9] != "A" else "B") + sealed[10:]),
    ):
        assert mint.reveal_secret(network, version, text) is None
    assert mint.unseal("network secret", sealed[2:]) is None
