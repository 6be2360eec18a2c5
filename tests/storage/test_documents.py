"""The document, the schema and the SQL texts agree with one another."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import apsw
import pytest

from frontdesk.storage import (
    accepted_policies,
    admin_keys,
    adoptions,
    audit,
    cache,
    call_counts,
    cleaning,
    clients,
    codes,
    connections,
    consents,
    credentials,
    decisions,
    endings,
    foreign,
    grants,
    habits,
    hours,
    identities,
    inspecting,
    keys_usage,
    login,
    moving,
    network_rules,
    networks,
    operators,
    own_account,
    own_grants,
    ownership,
    partners,
    passkeys,
    removing,
    resource_servers,
    reveals,
    searching,
    second_factors,
    sessions,
    shadow_counts,
    standing,
    stopping,
    suspending,
    users,
)
from frontdesk.storage.migrating import migrate, read_migrations

MODULES = (
    accepted_policies,
    adoptions,
    admin_keys,
    audit,
    cache,
    call_counts,
    cleaning,
    clients,
    codes,
    connections,
    consents,
    credentials,
    decisions,
    endings,
    foreign,
    grants,
    habits,
    hours,
    inspecting,
    identities,
    keys_usage,
    login,
    moving,
    network_rules,
    networks,
    operators,
    own_account,
    own_grants,
    ownership,
    partners,
    passkeys,
    removing,
    resource_servers,
    reveals,
    searching,
    second_factors,
    sessions,
    shadow_counts,
    standing,
    stopping,
    suspending,
    users,
)
DOCUMENT = Path(__file__).parents[2] / "docs" / "storage.md"

# Lists that an operator asks for, which read all there is.
# An app and a user are removed from whatever names it, by hand and once; no index is kept for that.
WHOLE = {
    "credentials.LIST",
    "network_rules.LIST",
    "partners.LIST_PARTNERS",
    "partners.LIST_MAKERS",
    "partners.LIST_LOGOS",
    "moving.ALL_USERS",
    "moving.ALL_NETWORKS",
    "removing.CONNECTIONS_OF_CLIENT",
    "users.LIST",
    "users.LIST_OWNERS",
    "networks.LIST",
    "clients.LIST",
    "resource_servers.LIST",
    "operators.LIST",
    "operators.REMOVE",
    "operators.FORGET_LINKS",
    "operators.FIND_LINK",
    "admin_keys.LIST",
    "admin_keys.INSERT",  # counts the hundred that there may be
    "grants.LIVE",
    "call_counts.LIST",
    "cleaning.ACCEPTED_POLICIES",
    "cleaning.WORKER_MAIL",
    "hours.LIST_MAIL",
    "decisions.NEWEST",
    "shadow_counts.FORGET",
    "own_account.CODES",
    "own_account.GRANTS",
    "keys_usage.DIGESTS",
    "keys_usage.SEALED_SECRETS",
    "keys_usage.FORGET_SECRETS",
}


def texts(module: ModuleType) -> Iterator[tuple[str, str]]:
    """The SQL texts of a module, by name."""
    for name, value in vars(module).items():
        if name.isupper() and not name.startswith("_") and isinstance(value, str) and " " in value:
            yield f"{module.__name__.rsplit('.', 1)[1]}.{name}", value.strip()


TEXTS = dict(pair for module in MODULES for pair in texts(module))


@pytest.fixture
def schema() -> Iterator[apsw.Connection]:
    """An empty database."""
    connection = apsw.Connection(":memory:")
    migrate(connection, read_migrations(), blank=True, identity=None)
    yield connection
    connection.close()


def test_the_document_names_every_table_and_every_index(schema: apsw.Connection) -> None:
    """Nothing is stored that it does not tell of, and it tells of nothing that is not there (D14)."""
    named = set(re.findall(r"^\| `([a-z_]+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE))
    there = schema.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'index')").fetchall()
    assert named == {name for (name,) in there if not name.startswith("sqlite_")}


def test_every_table_of_the_document_has_its_key(schema: apsw.Connection) -> None:
    """The key column is the primary key."""
    for table, keys in re.findall(
        r"^\| `([a-z_]+)` \| ((?:`[a-z_]+`(?:, )?)+) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE
    ):
        columns = schema.execute(f"SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk").fetchall()
        assert [name for (name,) in columns] == re.findall(r"[a-z_]+", keys)


def test_there_are_texts_to_look_at() -> None:
    """The other tests of this file would pass over nothing."""
    assert len(TEXTS) > 70
    assert set(TEXTS) >= WHOLE


@pytest.mark.parametrize("name", TEXTS)
def test_placeholders_are_numbered_in_the_order_they_appear(name: str) -> None:
    """So that a driver which binds by position gets them right too."""
    numbers = [int(number) for number in re.findall(r"\$(\d+)", TEXTS[name])]
    assert list(dict.fromkeys(numbers)) == list(range(1, len(set(numbers)) + 1))


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_reads_a_whole_table(name: str, schema: apsw.Connection) -> None:
    """Each finds its rows by a key or an index; the lists that read all there is are named above."""
    values = (0,) * len(set(re.findall(r"\$\d+", TEXTS[name])))
    plan = [row[3] for row in schema.execute("EXPLAIN QUERY PLAN " + TEXTS[name], values).fetchall()]
    # The few oldest or newest rows, by key or index, are a scan that ends after as many; pending codes are few, and
    # so are apps that wait for a review. `part` is made of the rows of one batch, `live`
    # of one connection's grants up to the cap.
    short = (" oldest", " newest", "USING INDEX codes_pending", "INDEX clients_in_review", "SCAN part", "SCAN live")
    scans = [step for step in plan if step.startswith("SCAN") and not any(words in step for words in short)]
    ends_early = "ORDER BY id LIMIT" in TEXTS[name] or "ORDER BY position LIMIT" in TEXTS[name]
    assert not scans or name in WHOLE or ends_early


def test_storage_verbs_say_what_they_do() -> None:
    """Each public verb has a docstring of its own."""
    for module in MODULES:
        for name, function in inspect.getmembers(module, inspect.isgeneratorfunction):
            if not name.startswith("_"):
                assert function.__doc__, f"{module.__name__}.{name}"
