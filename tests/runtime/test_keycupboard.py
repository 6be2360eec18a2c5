"""Changing keys: which makes, which reads, and what happens when two change them at once or one dies half-way."""

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from frontdesk.protocol.ids import SECOND, Micros
from frontdesk.protocol.keys import PURPOSES, find_lacking, render_announcement
from frontdesk.runtime.keycupboard import KeyCupboard, open_cupboard
from frontdesk.runtime.keys import KeyFileError, open_keys, read_keys

NOW = Micros(1_800_000_000 * SECOND)


class _Clock:
    def now(self) -> Micros:
        return NOW


def _folder(tmp_path: Path) -> tuple[Path, str]:
    folder = tmp_path / "data"
    return folder, open_keys(folder, database_id=None).database_id


def _states(cupboard: KeyCupboard, purpose: str) -> list[tuple[int, str]]:
    return [(facts.id, facts.state.value) for facts in cupboard.tell() if facts.purpose == purpose]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_life_of_a_key(tmp_path: Path, purpose: str) -> None:
    """New, making, reading, retired, back, destroyed; each step is on disk before the next."""
    folder, database = _folder(tmp_path)
    life = [
        (lambda held: held.add(purpose, taken=()), [(1, "making"), (2, "new")]),
        (lambda held: held.put_first(purpose, 2), [(2, "making"), (1, "reading")]),
        (lambda held: held.retire(purpose, 1), [(2, "making"), (1, "retired")]),
        (lambda held: held.bring_back(purpose, 1), [(2, "making"), (1, "reading")]),
        (lambda held: held.put_first(purpose, 1), [(1, "making"), (2, "reading")]),
        (lambda held: held.retire(purpose, 2), [(1, "making"), (2, "retired")]),
        (lambda held: held.destroy(purpose, 2), [(1, "making")]),
    ]
    for step, states in life:
        with open_cupboard(folder, _Clock(), database_id=database) as held:
            step(held)
            assert _states(held, purpose) == states
        ring, _ = read_keys(folder, database_id=database)
        in_force = [number for number, state in states if state != "retired"]
        assert [key.id for key in ring.in_force(purpose)] == in_force


def test_a_rotation_that_was_cut_short_is_finished_by_the_next(tmp_path: Path) -> None:
    """A crash after the first step leaves a key that only reads; no second one is made beside it."""
    folder, database = _folder(tmp_path)
    for _ in range(3):
        with open_cupboard(folder, _Clock(), database_id=database) as held:
            assert held.add("mac", taken=()) == 2


def test_an_id_is_never_used_twice(tmp_path: Path) -> None:
    """Not one that stored things still name, though its key is destroyed; after 255 the free ones come again."""
    folder, database = _folder(tmp_path)
    with open_cupboard(folder, _Clock(), database_id=database) as held:
        assert held.add("digest", taken={2, 3}) == 4
        held.put_first("digest", 4)
        assert held.add("digest", taken=range(5, 256)) == 2
        held.put_first("digest", 2)
        with pytest.raises(KeyFileError, match="255"):
            held.add("digest", taken=range(1, 256))


def test_keys_tell_no_secret(tmp_path: Path) -> None:
    """What is listed and announced holds no key, and yet tells two keys of one id apart."""
    folder, _ = _folder(tmp_path)
    other_folder, _ = _folder(tmp_path / "other")
    ring, other = read_keys(folder, database_id=None)[0], read_keys(other_folder, database_id=None)[0]
    announced = render_announcement(ring.tell())
    assert all(key.secret.hex() not in announced for purpose in PURPOSES for key in ring.keys(purpose))
    assert find_lacking(announced, ring.tell()) is None
    assert find_lacking(announced, other.tell()) == "mac 1"
    assert find_lacking("", ring.tell()) is None


def _rotate(folder: Path, database: str, start: Any) -> None:
    start.wait()
    for _ in range(10):
        with open_cupboard(folder, _Clock(), database_id=database) as held:
            held.put_first("mac", held.add("mac", taken=()))


def test_two_processes_that_rotate_at_once_lose_nothing(tmp_path: Path) -> None:
    """Twenty rotations, twenty-one keys, one of them making: the lock is held from reading to writing."""
    folder, database = _folder(tmp_path)
    first = read_keys(folder, database_id=database)[0].mac[0]
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(2)
    processes = [context.Process(target=_rotate, args=(folder, database, start)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    keys = read_keys(folder, database_id=database)[0].mac
    assert sorted(key.id for key in keys) == list(range(1, 22))
    assert keys[-1] == first
    assert len({key.secret for key in keys}) == 21
