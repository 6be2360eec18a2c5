"""What an EnvironmentStore reads, what it refuses, and what it is honest about."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from frontdesk_client import EnvironmentStore
from frontdesk_client.errors import StoreFailed

from sdk.stores.samples import sample

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def test_a_refresh_token_alone_is_enough() -> None:
    """The access token counts as over, so that the first call asks for one; anything a server gives is newer."""
    found = EnvironmentStore({"FRONTDESK_REFRESH_TOKEN": "canary\n"}).load("default")
    assert found is not None
    assert (found.access_token, found.refresh_token) == ("", "canary")
    assert found.expires_at == found.made_at == LONG_AGO


def test_an_access_token_is_taken_as_it_is() -> None:
    """Nobody knows how long it is good."""
    variables = {"FRONTDESK_ACME_ACCESS_TOKEN": "a", "FRONTDESK_ACME_REFRESH_TOKEN": "r"}
    found = EnvironmentStore(variables).load("acme")
    assert found is not None
    assert (found.access_token, found.refresh_token, found.expires_at) == ("a", "r", None)


def test_whole_tokens_are_read_from_a_variable_or_a_file(tmp_path: Path) -> None:
    """As `as_text` wrote them, also through the links and modes of mounted secrets, which are not this user's."""
    (tmp_path / "..data").write_text(sample("f").as_text())
    (tmp_path / "tokens").symlink_to("..data")
    assert EnvironmentStore({"FRONTDESK_TOKENS": sample("v").as_text()}).load("default") == sample("v")
    assert EnvironmentStore({"FRONTDESK_TOKENS_FILE": str(tmp_path / "tokens")}).load("default") == sample("f")
    assert EnvironmentStore({"DESK_A_TOKENS": sample("p").as_text()}, prefix="DESK").load("a") == sample("p")


def test_the_process_own_environment_is_read_as_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what was set after the store was made; an empty variable is none."""
    store = EnvironmentStore()
    monkeypatch.setenv("FRONTDESK_REFRESH_TOKEN", "")
    assert store.load("default") is None
    monkeypatch.setenv("FRONTDESK_REFRESH_TOKEN", "r")
    found = store.load("default")
    assert found is not None
    assert found.refresh_token == "r"


def test_what_is_saved_counts_and_is_gone_with_the_store() -> None:
    """Also that nothing is to be kept: the environment is not asked again."""
    variables = {"FRONTDESK_REFRESH_TOKEN": "r"}
    store = EnvironmentStore(variables)
    store.save("default", sample("new"))
    assert store.load("default") == sample("new")
    store.save("default", None)
    assert store.load("default") is None
    fresh = EnvironmentStore(variables).load("default")
    assert fresh is not None
    assert fresh.refresh_token == "r"


@pytest.mark.parametrize("name", ["Acme", "a-b", "a__b", "", "_a", "a\n"])
def test_names_that_would_share_variables_are_refused(name: str) -> None:
    """Rather than that two connections refresh the same token beside each other."""
    store = EnvironmentStore({})
    with pytest.raises(StoreFailed, match="small letters"):
        store.load(name)
    with pytest.raises(StoreFailed, match="small letters"):
        store.save(name, sample("a"))
    with pytest.raises(StoreFailed, match="small letters"):
        store.lock(name, seconds=1)


def test_what_cannot_be_meant_is_refused_without_being_quoted(tmp_path: Path) -> None:
    """Both forms at once, a file that is missing or empty, and what are no tokens."""
    (tmp_path / "empty").write_text("\n")
    for variables, words in (
        ({"FRONTDESK_REFRESH_TOKEN": "canary", "FRONTDESK_REFRESH_TOKEN_FILE": "/x"}, "both set"),
        ({"FRONTDESK_REFRESH_TOKEN_FILE": str(tmp_path / "missing")}, "No such file"),
        ({"FRONTDESK_REFRESH_TOKEN_FILE": str(tmp_path / "empty")}, "is empty"),
        ({"FRONTDESK_TOKENS": '{"access_token": "canary"}'}, "made_at"),
    ):
        with pytest.raises(StoreFailed, match=words) as caught:
            EnvironmentStore(variables).load("default")
        assert "canary" not in str(caught.value)


def test_a_replaced_refresh_token_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    """It cannot be written back, and after a restart the old one is tried. The warning holds neither."""
    store = EnvironmentStore({"FRONTDESK_ACME_REFRESH_TOKEN": "canary-old"})
    with caplog.at_level(logging.WARNING):
        for word in ("canary-1", "canary-2"):
            assert store.load("acme") is not None
            store.save("acme", sample(word))
    (record,) = caplog.records
    assert "FRONTDESK_ACME_*" in record.getMessage()
    assert "canary" not in record.getMessage()


def test_the_same_refresh_token_is_no_reason_to_warn(caplog: pytest.LogCaptureFixture) -> None:
    """As with every app that is not strict."""
    store = EnvironmentStore({"FRONTDESK_REFRESH_TOKEN": "refresh-a"})
    with caplog.at_level(logging.WARNING):
        assert store.load("default") is not None
        store.save("default", sample("a"))
    assert not caplog.records
