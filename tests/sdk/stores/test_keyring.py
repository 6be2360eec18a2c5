"""When tokens go to the keyring and when to files, who hears of it, and what is never done."""

import json
import sqlite3
import traceback
from collections.abc import Callable
from pathlib import Path

import keyring
import pytest
from frontdesk_client import FileStore, KeyringStore
from frontdesk_client.errors import StoreFailed
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as NullKeyring

from sdk.stores.keyrings import LockedKeyring, PlaintextKeyring, WorkingKeyring
from sdk.stores.samples import sample

USELESS: dict[str, Callable[[Path], KeyringBackend]] = {
    "none": lambda _: NoKeyring(),
    "forgetful": lambda _: NullKeyring(),
    "locked": lambda folder: LockedKeyring(folder / "ring"),
    "plain text": lambda folder: PlaintextKeyring(folder / "ring"),
}


class Scene:
    """One user's folder, with stores of several runs, and what they were told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[str] = []

    def run(self) -> KeyringStore:
        """As a new run opens it."""
        return KeyringStore(self.folder / "kept", tell=self.told.append)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Nothing was ever kept."""
    return Scene(tmp_path)


def test_a_keyring_that_works_is_used_and_nothing_is_said(scene: Scene) -> None:
    """The tokens are in it and in no file; no trial is left behind."""
    keyring.set_keyring(WorkingKeyring(scene.folder / "ring"))
    store = scene.run()
    store.save("default", sample("canary"))
    assert (store.kept_in, scene.told) == ("keyring", [])
    rows = sqlite3.connect(scene.folder / "ring").execute("SELECT service, username FROM entry").fetchall()
    assert rows == [("frontdesk-client", "tokens of default")]
    assert not any("canary" in path.read_text() for path in (scene.folder / "kept").iterdir())
    store.save("default", None)
    assert sqlite3.connect(scene.folder / "ring").execute("SELECT count(*) FROM entry").fetchone() == (0,)


@pytest.mark.parametrize("which", USELESS)
def test_without_a_keyring_files_are_used_said_once_and_remembered(scene: Scene, which: str) -> None:
    """The reason is said and stands in the folder; a keyring that comes later changes nothing."""
    keyring.set_keyring(USELESS[which](scene.folder))
    store = scene.run()
    store.save("default", sample("canary"))
    assert store.kept_in == "files"
    (told,) = scene.told
    assert str(scene.folder / "kept") in told
    assert "canary" not in told
    choice = json.loads((scene.folder / "kept" / "kept-in.json").read_text())
    assert choice["kept_in"] == "files"
    assert choice["because"] in told
    keyring.set_keyring(WorkingKeyring(scene.folder / "later"))
    assert scene.run().load("default") == sample("canary")
    assert FileStore(scene.folder / "kept").load("default") == sample("canary")
    assert sqlite3.connect(scene.folder / "later").execute("SELECT count(*) FROM entry").fetchone() == (0,)
    assert len(scene.told) == 1


def test_a_chosen_keyring_that_fails_is_no_reason_for_plain_text(scene: Scene) -> None:
    """`StoreFailed` in reading and writing, without the words of the backend, which quote the tokens."""
    keyring.set_keyring(WorkingKeyring(scene.folder / "ring"))
    scene.run().save("default", sample("before"))
    new = sample("canary")
    for broken in USELESS:
        keyring.set_keyring(USELESS[broken](scene.folder))
        store = scene.run()
        with pytest.raises(StoreFailed):
            store.load("default")
        with pytest.raises(StoreFailed) as caught:
            store.save("default", new)
        assert "canary" not in "".join(traceback.format_exception(caught.value))
        assert caught.value.__context__ is None
    assert scene.told == []
    assert not any("canary" in path.read_text() for path in (scene.folder / "kept").iterdir())
    keyring.set_keyring(WorkingKeyring(scene.folder / "ring"))
    assert scene.run().load("default") == sample("before")


def test_it_keeps_to_a_choice_until_told_otherwise(scene: Scene) -> None:
    """By name, or to try again; what was kept elsewhere stays where it is."""
    keyring.set_keyring(NoKeyring())
    scene.run().save("default", sample("in files"))
    keyring.set_keyring(WorkingKeyring(scene.folder / "ring"))
    scene.run().choose(None)
    assert scene.run().kept_in == "keyring"
    assert scene.run().load("default") is None
    scene.run().choose("files")
    assert scene.run().load("default") == sample("in files")
    scene.run().choose("keyring")
    assert scene.run().load("default") is None
    assert len(scene.told) == 1


def test_of_a_chain_the_first_that_keeps_secrets_is_used(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain of the package would go on to the next, whatever that one does with a secret."""
    from keyring.backends.chainer import ChainerBackend

    chain = (PlaintextKeyring(scene.folder / "plain"), WorkingKeyring(scene.folder / "ring"))
    monkeypatch.setattr(ChainerBackend, "backends", chain)
    keyring.set_keyring(ChainerBackend())
    store = scene.run()
    store.save("default", sample("canary"))
    assert store.kept_in == "keyring"
    assert sqlite3.connect(scene.folder / "plain").execute("SELECT count(*) FROM entry").fetchone() == (0,)
    assert store.load("default") == sample("canary")


def test_two_services_share_a_keyring_and_no_tokens(scene: Scene) -> None:
    """Each program has a heading of its own."""
    keyring.set_keyring(WorkingKeyring(scene.folder / "ring"))
    scene.run().save("default", sample("one"))
    other = KeyringStore(scene.folder / "other", service="other")
    assert other.load("default") is None


def test_what_a_killed_process_left_is_safe_before_it_is_written_over(scene: Scene) -> None:
    """Killed twice, each time between the two steps of an exchange: the tokens are found each time, and saved next."""

    class Dying(WorkingKeyring):
        """The process dies before the first entry with this beginning is added again."""

        at = ""

        def set_password(self, service: str, username: str, password: str) -> None:
            """Delete, and die; or exchange."""
            if self.at and username.startswith(self.at):
                self.delete_password(service, username)
                raise KeyboardInterrupt
            super().set_password(service, username, password)

    ring = Dying(scene.folder / "ring")
    keyring.set_keyring(ring)
    scene.run().save("default", sample("one"))
    for ring.at, found in (("tokens of ", "two"), ("next tokens of ", "two")):
        with pytest.raises(KeyboardInterrupt):
            scene.run().save("default", sample("two" if ring.at == "tokens of " else "three"))
        assert scene.run().load("default") == sample(found)
    ring.at = ""
    scene.run().save("default", sample("four"))
    assert scene.run().load("default") == sample("four")


@pytest.mark.parametrize("said", ["", "{}", '{"kept_in": "cloud"}', "[]"])
def test_a_choice_that_cannot_be_read_is_not_guessed(scene: Scene, said: str) -> None:
    """Guessing would leave the tokens that are kept; the refusal says what to remove."""
    keyring.set_keyring(WorkingKeyring(scene.folder / "ring"))
    assert scene.run().kept_in == "keyring"
    (scene.folder / "kept" / "kept-in.json").write_text(said)
    with pytest.raises(StoreFailed, match=r"kept-in\.json"):
        scene.run().load("default")


def test_what_is_no_tokens_in_the_keyring_is_refused_without_being_quoted(scene: Scene) -> None:
    """Somebody else wrote there."""
    ring = WorkingKeyring(scene.folder / "ring")
    keyring.set_keyring(ring)
    ring.set_password("frontdesk-client", "tokens of default", '{"access_token": "canary"}')
    with pytest.raises(StoreFailed, match="made_at") as caught:
        scene.run().load("default")
    assert "canary" not in str(caught.value)
