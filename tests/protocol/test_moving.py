"""What a line of a list may hold: every field, every limit, and what is said of each mistake."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.protocol.foreign_tokens import mark_signature
from frontdesk.protocol.moving import (
    KINDS,
    MAX_LINE,
    MAX_LINES,
    PEOPLE,
    AppRow,
    Fault,
    TokenRow,
    UserRow,
    known_by,
    read_row,
    read_rows,
)
from frontdesk.protocol.records import Profile

DOCUMENT = Path(__file__).parents[2] / "docs" / "moving-in.md"
NETWORK = "0192f0c1-0000-7000-8000-000000000001"
ROWS: dict[str, dict[str, Any]] = {
    "network": {"id": NETWORK, "title": "North", "owner": "o@x.example"},
    "user": {"email": "a@x.example"},
    "role": {"email": "a@x.example", "network": NETWORK, "role": "member"},
    "credential": {"network": NETWORK, "client_id": "north", "secret": "a secret"},
    "app": {
        "client_id": "locks",
        "name": "Locks",
        "redirect_uris": ["https://l.example/cb"],
        "scopes": ["a"],
        "secret": "a secret",
    },
    "refresh_token": {
        "client_id": "locks",
        "email": "a@x.example",
        "networks": [NETWORK],
        "scopes": ["a"],
        "token": "an-old-refresh-token",
    },
}


def read(kind: str, *without: str, **changed: Any) -> Any:
    """One row, changed."""
    row = {name: value for name, value in {"kind": kind, **ROWS[kind], **changed}.items() if name not in without}
    return read_row(7, json.dumps(row).encode())


def problem(kind: str, *without: str, **changed: Any) -> str:
    """All that is wrong with it."""
    read_back = read(kind, *without, **changed)
    assert isinstance(read_back, tuple), read_back
    assert {fault.line for fault in read_back} == {7}
    return "\n".join(fault.problem for fault in read_back)


@pytest.mark.parametrize("kind", KINDS)
def test_every_required_field_is_asked_for_by_name(kind: str) -> None:
    """And a row that has them all is read."""
    assert not isinstance(read(kind), tuple)
    for name in ROWS[kind]:
        said = problem(kind, name)
        assert said == f"the field {name} is missing" or said.startswith("exactly one of the fields")


SECRET = "s3cr3t-that-must-not-show"
MISTAKES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("network", {"id": "1"}, 'id: is not a UUID: "1"'),
    ("network", {"id": 1}, 'id: is not a UUID: "1"'),
    ("network", {"title": " "}, "title: is empty"),
    ("network", {"title": "x" * 121}, "title: is longer than 120 characters"),
    ("network", {"title": None}, "title: must be a text"),
    ("network", {"owner": "nobody\x1b[0m"}, 'owner: is not an e-mail address: "nobody?[0m"'),
    ("network", {"ownr": "x"}, '"ownr": no row of kind network has this field; did you mean "owner"?'),
    ("role", {"role": "owner"}, 'role: is not "owner" here: the network\'s own row names its owner'),
    ("role", {"role": "boss"}, 'role: is administrator or member, not "boss"'),
    ("role", {"role": []}, 'role: is administrator or member, not "[]"'),
    ("credential", {"client_id": "a:b"}, "client_id: must be printable ASCII without a colon"),
    ("credential", {"client_id": " a"}, "client_id: must be printable ASCII without a colon"),
    ("credential", {"client_id": "a\n"}, "client_id: must be printable ASCII without a colon"),
    ("credential", {"client_id": "ä"}, "client_id: must be printable ASCII without a colon"),
    ("credential", {"client_id": "a" * 257}, "client_id: is longer than 256 characters"),
    ("credential", {"client_id": "fdci_abc"}, "client_id: begins with fdci_, which marks another kind of thing"),
    ("credential", {"client_id": "fdzz_abc"}, "client_id: begins with fdzz_, which marks another kind of thing"),
    ("app", {"client_id": "fdni_abc"}, "client_id: begins with fdni_, which marks another kind of thing"),
    ("credential", {"secret": ""}, "secret: must be a text that is not empty"),
    ("credential", {"secret": SECRET + "\n"}, "secret: holds a character that cannot be sent"),
    ("credential", {"secret": SECRET + "\ud800"}, "secret: holds a character that cannot be sent"),
    ("credential", {"secret": SECRET * 30}, "secret: is longer than 512 characters"),
    ("credential", {"secret_hash": SECRET}, "secret_hash: is no hash that Frontdesk can check"),
    ("credential", {"secret_hash": "sha256$" + "0" * 64}, "exactly one of the fields secret, secret_hash is needed"),
    ("app", {"redirect_uris": "https://l.example/cb"}, "redirect_uris: must be a list of 1 to 20 texts"),
    ("app", {"redirect_uris": []}, "redirect_uris: must be a list of 1 to 20 texts"),
    ("app", {"redirect_uris": ["https://l.example/*"]}, "wildcards are not allowed"),
    ("app", {"scopes": ["a b"]}, 'scopes: holds "a b", which is not one scope'),
    ("app", {"scopes": "a"}, "scopes: must be a list of 1 to 200 texts"),
    ("app", {"public": True}, "exactly one of the fields secret, secret_hash, public is needed"),
    ("app", {"public": 1}, "public: must be true or false"),
    ("app", {"disabled": "no"}, "disabled: must be true or false"),
    ("app", {"profile": "lax"}, 'profile: is compat or strict, not "lax"'),
    ("refresh_token", {"networks": []}, "networks: must be a list of 1 to 1000 network ids"),
    ("refresh_token", {"networks": ["x"]}, 'networks: holds "x", which is not a UUID'),
    ("refresh_token", {"token": "short"}, "token: must be 16 to 4,096 visible ASCII characters"),
    ("refresh_token", {"token": "fdrt_" + SECRET}, "token: begins with fdrt_"),
    ("refresh_token", {"token_sha256": SECRET}, "token_sha256: must be 64 hexadecimal digits"),
    ("refresh_token", {"issued_at": "2025-03-01"}, "issued_at: is not an RFC 3339 time"),
    ("refresh_token", {"issued_at": "2025-03-01T09:00:00"}, "issued_at: is not an RFC 3339 time"),
    ("refresh_token", {"issued_at": "2025-02-30T09:00:00Z"}, "issued_at: is not an RFC 3339 time"),
    ("refresh_token", {"issued_at": "0001-01-01T00:00:00+23:59"}, "issued_at: is not an RFC 3339 time"),
    ("refresh_token", {"issued_at": 1}, "issued_at: is not an RFC 3339 time"),
)


@pytest.mark.parametrize(("kind", "changed", "said"), MISTAKES)
def test_each_mistake_is_said_in_words_that_show_no_secret(kind: str, changed: dict[str, Any], said: str) -> None:
    """The field, what is wrong with it, and nothing that must not be seen or that moves a cursor."""
    found = problem(kind, **changed)
    assert said in found
    assert SECRET not in found
    assert found.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{", "this is not JSON in UTF-8"),
        (b"\xff", "this is not JSON in UTF-8"),
        (b"[" * 60_000, "this is not JSON in UTF-8"),
        (b'{"kind":NaN}', "this is not JSON in UTF-8"),
        (b"[]", "this is not a JSON object"),
        (b"{}", 'the field "kind" is missing'),
        (b'{"kind":"netwrk"}', 'kind: there is no "netwrk"; did you mean "network"?'),
        (b'{"kind":["user"]}', "kind: there is no "),
        (b'{"kind":"user","email":"a@x.example","email":"b@x.example"}', "a field is written twice"),
    ],
)
def test_what_is_no_row_at_all(text: bytes, said: str) -> None:
    """UN-05: a field that is written twice would mean one thing to one reader and another to the next."""
    (fault,) = read_row(1, text)  # type: ignore[misc]
    assert isinstance(fault, Fault)
    assert fault.problem.startswith(said)


@pytest.mark.parametrize("title", ["a\u202eb", "a\u2066b", "a\u200bb", "a\ufeffb", "a\x00b", "a\u2028b", "a\ud800"])
def test_un_03_invisible_and_turning_characters_are_refused(title: str) -> None:
    """UN-03: in titles and in names of apps alike; nothing is stripped in silence."""
    assert "holds the invisible character U+" in problem("network", title=title)
    assert "holds the invisible character U+" in problem("app", name=title)


@pytest.mark.parametrize(
    "domain", ["ﬁne.example", "ex\u212aample.example", "straße.example", "İstanbul.example", "ａ.example"]
)
def test_un_02_domains_that_change_on_the_way_are_refused(domain: str) -> None:
    """UN-02: one rule for addresses, whatever brings them in."""
    assert "is not an e-mail address" in problem("user", email=f"a@{domain}")


def test_un_01_addresses_and_titles_have_one_form() -> None:
    """UN-01: letter case of an address and the composition of a title are settled when they are read."""
    assert read("user", email="Ada@X.Example").email == "ada@x.example"
    assert read("network", title="Cafe\u0301 ").title == "Café"
    assert read("network", id=NETWORK.upper()).id == NETWORK


def test_what_an_app_is_without_a_secret() -> None:
    """Public, and therefore strict."""
    row = read("app", "secret", public=True)
    assert isinstance(row, AppRow)
    assert (row.public, row.profile, row.secret) == (True, Profile.STRICT, None)
    assert problem("app", "secret", public=True, profile="compat") == "profile: a public app is always strict"
    assert read("app", public=False).public is False
    assert "exactly one" in problem("app", "secret", public=False)


def test_a_token_is_known_by_its_hash() -> None:
    """By value or by hash it is one thing; by its signature it is another."""
    value = read("refresh_token")
    assert isinstance(value, TokenRow)
    assert value.known_by == known_by("an-old-refresh-token")
    hashed = known_by("an-old-refresh-token").hex()
    assert read("refresh_token", "token", token_sha256=hashed.upper()).known_by == value.known_by
    signed = read("refresh_token", "token", token_signature_sha256=hashed)
    assert signed.known_by == mark_signature(value.known_by) != value.known_by
    assert read("refresh_token", issued_at="2025-03-01T10:00:00.5+01:00").issued_at == 1_740_819_600_500_000


def test_rows_do_not_print_their_secrets() -> None:
    """Neither in the clear nor as what they are known by."""
    for kind, name in (("credential", "secret"), ("app", "secret"), ("refresh_token", "token")):
        assert ROWS[kind][name] not in repr(read(kind))


def test_a_list_is_read_to_its_end_and_no_further() -> None:
    """Every line is judged; blank ones count as lines; what is too long or too much ends the reading."""
    good = json.dumps({"kind": "user", "email": "a@x.example"}).encode()
    rows, faults = read_rows([good + b"\r\n", b"\n", b"nonsense\n", good])
    assert rows == [UserRow(line=1, email="a@x.example"), UserRow(line=4, email="a@x.example")]
    assert [fault.line for fault in faults] == [3]
    long = b'{"kind":"user","email":"' + b"a" * MAX_LINE
    assert read_rows([good, long, good])[1] == [Fault(line=2, problem="a line has at most 65,536 bytes")]
    assert read_rows(b"\n" for _ in range(MAX_LINES + 5))[1][0].line == MAX_LINES + 1


def test_a_list_for_sync_holds_people_and_networks_only() -> None:
    """Secrets do not belong in it."""
    text = json.dumps({"kind": "app", **ROWS["app"]}).encode()
    (fault,) = read_row(1, text, kinds=PEOPLE)  # type: ignore[misc]
    assert fault.problem == "kind: app rows cannot be in this list, only network, user, role"


def test_the_document_tells_of_every_field_and_its_example_is_right() -> None:
    """Whoever writes such a file has the document only."""
    text = DOCUMENT.read_text(encoding="utf-8")
    told: dict[str, set[str]] = {}
    kind = ""
    for first, name in re.findall(r"^\| (`[a-z_]+`)? ?\| `([a-z0-9_]+)` \|", text, re.MULTILINE):
        kind = first.strip("`") or kind
        told.setdefault(kind, set()).add(name)
    from frontdesk.protocol import moving

    known = {
        kind: {*moving._REQUIRED[kind], *moving._OPTIONAL.get(kind, {}), *moving._CHOICES.get(kind, {})}
        for kind in KINDS
    }
    assert told == known
    example = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert example is not None
    rows, faults = read_rows(example[1].encode().splitlines())
    assert (len(rows), faults) == (6, [])


@given(
    st.dictionaries(
        st.sampled_from(["kind", *{name for row in ROWS.values() for name in row}]),
        st.one_of(st.sampled_from([*KINDS, NETWORK, "a@x.example"]), st.text(max_size=20), st.none(), st.integers()),
    )
)
def test_whatever_is_written_is_a_row_or_faults(document: dict[str, Any]) -> None:
    """Never an exception: a list comes from somebody else's program."""
    found = read_row(1, json.dumps(document).encode())
    assert not isinstance(found, tuple) or all(fault.problem for fault in found)
