"""A document is read whole, or refused with its place and a hint."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from frontdesk.gateway.document import DocumentError, load_document, read_document
from frontdesk.gateway.syntax import MAX_DEPTH, UnreadableError, read_values
from gateway.desk import DOCUMENT, document_with

OPEN: dict[str, Any] = {"security": [{"Basic": []}]}


def refused(raw: str | bytes, *, is_json: bool = False) -> str:
    """Why a text is refused."""
    with pytest.raises(UnreadableError) as caught:
        read_values(raw if isinstance(raw, bytes) else raw.encode(), is_json=is_json)
    return str(caught.value)


def test_json_and_yaml_give_the_same_document(tmp_path: Path) -> None:
    """Either form, told by the file's name or its first character."""
    (tmp_path / "api.json").write_text(json.dumps(DOCUMENT))
    (tmp_path / "api.yaml").write_text(yaml.safe_dump(DOCUMENT, sort_keys=False))
    (tmp_path / "api").write_text(json.dumps(DOCUMENT))
    (tmp_path / "bom").write_bytes(b"\xef\xbb\xbf" + json.dumps(DOCUMENT).encode())
    documents = [load_document(tmp_path / name) for name in ("api.json", "api.yaml", "api", "bom")]
    assert all(document == documents[0] for document in documents)
    assert len(documents[0].operations) == 12


def test_yaml_words_and_dates_stay_text() -> None:
    """YAML 1.2: no `no` that becomes false, no date objects, keys are text."""
    text = "no: on\nwhen: 2024-01-01\n200: ok\nt: true\nn: ~\ni: 12\nf: 1.5\nq: 'true'\nl: [a, {b: c}]\n"
    assert read_values(text.encode(), is_json=False) == {
        "no": "on", "when": "2024-01-01", "200": "ok", "t": True, "n": None, "i": 12, "f": 1.5, "q": "true",
        "l": ["a", {"b": "c"}],
    }  # fmt: skip


def test_repeated_keys_are_refused() -> None:
    """One reader takes the first, another the last: the policy would depend on who reads."""
    assert "'a' is given twice" in refused('{"a": 1, "b": {"a": 2}, "a": 3}', is_json=True)
    assert "line 3" in refused("a: 1\nb: 2\na: 3\n")


def test_anchors_and_aliases_are_refused() -> None:
    """The billion laughs need nothing else."""
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(9))
    assert "anchors" in refused(bomb)
    assert "anchors" in refused("a: &a\n  b: *a\n")
    assert "anchors" in refused("a: b\n*x : c\n")


def test_tags_and_second_documents_are_refused() -> None:
    """Nothing is constructed, nothing is hidden behind a separator."""
    assert "tags" in refused("a: !!python/object/apply:os.system ['true']\n")
    assert "second" in refused("a: 1\n---\nb: 2\n")


@pytest.mark.parametrize("is_json", [True, False])
def test_depth_is_bounded(is_json: bool) -> None:
    """A hundred thousand brackets cost nothing and overflow nothing."""
    assert "nested deeper" in refused("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), is_json=is_json)
    assert "nest" in refused("[" * 100_000 + "]" * 100_000, is_json=is_json)
    assert read_values(("[" * MAX_DEPTH + "]" * MAX_DEPTH).encode(), is_json=is_json)


def test_size_is_bounded() -> None:
    """Before anything is parsed."""
    assert "larger than 16 MiB" in refused(b" " * (16 * 1024 * 1024 + 1))


@pytest.mark.parametrize(
    ("raw", "is_json", "words"),
    [
        (b"", True, "empty"),
        (b" \n", False, "empty"),
        (b"\xff\xfe{", True, "UTF-8"),
        (b'{"a": }', True, "line 1, column 7"),
        (b'{"a": NaN}', True, "NaN"),
        (b'{"a": 1' + b"0" * 5000 + b"}", True, "digits"),
        (b"a: [1, 2", False, "line 2, column 1"),
        (b"a: b: c", False, "line 1"),
        (b"? [a]\n: b\n", False, "plain text"),
        (b"a: \x00", False, "well-formed"),
    ],
)
def test_malformed_texts_are_refused_with_the_place(raw: bytes, is_json: bool, words: str) -> None:
    """What the reader knows is told."""
    assert words in refused(raw, is_json=is_json)


@pytest.mark.parametrize(
    ("values", "place", "words"),
    [
        ([], "#", "not an OpenAPI object"),
        ({}, "#/openapi", "no OpenAPI version"),
        ({"swagger": "2.0"}, "#/openapi", "'2.0' is not understood"),
        ({**DOCUMENT, "openapi": "3.2.0"}, "#/openapi", "not understood"),
        ({**DOCUMENT, "openapi": 3.0}, "#/openapi", "not understood"),
        (document_with({}), "#/paths", "no operation"),
        ({**DOCUMENT, "paths": None}, "#/paths", "missing"),
        (document_with({"a": {"get": OPEN}}), "#/paths/a", "does not begin with"),
        (document_with({"/a": None}), "#/paths/~1a", "missing"),
        (document_with({"/a": {"get": "x"}}), "#/paths/~1a/get", "object is expected"),
        (document_with({"/a": {"get": {"security": {}}}}), "#/paths/~1a/get/security", "not a list"),
        (document_with({"/a": {"get": {"security": ["Basic"]}}}), "#/paths/~1a/get/security/0", "object"),
        (document_with({"/a": {"get": {"security": [{"OAuth": "rooms"}]}}}), "#/paths/~1a/get/security/0/OAuth",
         "list of texts"),
        (document_with({"/a": {"$ref": "other.yaml#/a"}}), "#/paths/~1a", "leads out of the document"),
        (document_with({"/a": {"$ref": "http://169.254.169.254/"}}), "#/paths/~1a", "leads out of the document"),
        (document_with({"/a": {"$ref": "#/paths/~1b"}}), "#/paths/~1a", "points at nothing"),
        (document_with({"/a": {"$ref": "#/paths/~1a"}}), "#/paths/~1a", "circle"),
        (document_with({"/a": {"get": OPEN}}, servers={}), "#/servers", "not a list"),
        (document_with({"/a": {"get": OPEN}}, servers=[{"url": "v1"}]), "#/servers/0", "which path"),
        (document_with({"/a": {"get": OPEN}}, servers=[{"url": "/{v}"}]), "#/servers/0/variables/v", "missing"),
        (document_with({"/a": {"get": OPEN}}, servers=[{"url": "/{v}", "variables": {"v": {"default": 1}}}]),
         "#/servers/0", "no default"),
        (document_with({"/a": {"get": OPEN}}, servers=[{"url": "/{v}", "variables": {"v": {"enum": []}}}]),
         "#/servers/0/variables/v", "not a list of texts"),
        (document_with({"/a": {"get": OPEN}}, components={"securitySchemes": {"X": {}}}),
         "#/components/securitySchemes/X", "no type"),
    ],
)  # fmt: skip
def test_gw_21_a_broken_document_is_refused_with_place_and_hint(values: Any, place: str, words: str) -> None:
    """A broken or emptied file never becomes rules: words say what, a pointer says where, a hint what to do."""
    with pytest.raises(DocumentError, match=words) as caught:
        read_document(values)
    assert caught.value.place == place
    assert caught.value.hint


def test_local_references_are_followed() -> None:
    """For path items and security schemes."""
    document = document_with({"/a": {"$ref": "#/components/pathItems/A"}})
    document["components"] = {
        "pathItems": {"A": {"get": OPEN}},
        "securitySchemes": {"Basic": {"$ref": "#/components/x-schemes/B"}},
        "x-schemes": {"B": {"type": "http", "scheme": "BASIC"}},
    }
    read = read_document(document)
    assert [operation.template for operation in read.operations] == ["/a"]
    assert read.schemes["Basic"].kind == "basic"


@pytest.mark.parametrize("version", ["3.0.0", "3.0.3", "3.1.0", "3.1.1", "3.1"])
def test_versions_3_0_and_3_1_are_read(version: str) -> None:
    """With any patch number."""
    assert read_document({**DOCUMENT, "openapi": version}).title == "Rooms"


def test_a_missing_file_is_told_with_its_name(tmp_path: Path) -> None:
    """In words, not as a traceback."""
    with pytest.raises(DocumentError, match=r"cannot read the OpenAPI document .*api\.json.*No such file"):
        load_document(tmp_path / "api.json")


def test_a_malformed_file_is_told_with_its_name(tmp_path: Path) -> None:
    """And the line."""
    (tmp_path / "api.json").write_text('{"openapi": "3.0.3",}')
    with pytest.raises(DocumentError, match=r"api\.json.* cannot be read as JSON: line 1"):
        load_document(tmp_path / "api.json")
