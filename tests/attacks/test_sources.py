"""What sources must not hold: ways to run what was read, secrets compared by `==`, files of others (SU-06, SU-07)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[2] / "src"
FILES = sorted(SOURCES.rglob("*.py"))

FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle", "telnetlib", "ftplib", "xml"}
# Each with why it is safe: (file, module).
IMPORTS_ALLOWED = {
    ("runtime/logo.py", "xml.parsers"): "events only, of 16 kB that the operator chose; a document type is refused"
}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.spawnl", "pickle.loads"}
# Parsing only: events and nodes, from which no object is ever constructed by a tag.
YAML_ALLOWED = {"yaml.parse", "yaml.safe_dump"}  # the second only writes

_SECRET = re.compile(r"secret|digest|token|password|verifier|signature|\bmac\b|proof|checksum|cookie", re.IGNORECASE)
# Each with why it tells nobody anything: (file, what is compared).
EQUAL_ALLOWED = {
    ("protocol/leaks.py", "tokens.checksum(front) == text[length - tokens.CRC_LENGTH:length]"): "a CRC proves nothing",
    ("protocol/tokens.py", "checksum(front) != whole[-CRC_LENGTH:]"): "a CRC proves nothing",
    ("protocol/tokens.py", "len(text) != _ROW_TOKEN_LENGTH"): "a length",
    ("protocol/tokens.py", "len(text) == _SECRET_LENGTH"): "a length",
    ("flows/admin_keys.py", "key.digest[0] != self.mint.making_digest"): "numbers of keys",
    ("protocol/import_plan.py", "foreign == secret_hash"): "hashes of the operator's own file and database",
    (
        "runtime/foreign_secrets.py",
        "waiting.secret == secret",
    ): "two presented values, to check them once; a hash decides",
    ("testing/inside.py", "successor != connection.refresh_token"): "two answers of a test's own server",
    ("flows/renewals.py", "digest[0] != self._mint.making_digest"): "the id of a key",
    ("storage/leaks.py", "prefix == tokens.CLIENT_SECRET"): "a prefix",
    ("storage/memory_leaks.py", "prefix == tokens.CLIENT_SECRET"): "a prefix",
    ("storage/memory_leaks.py", "prefix == tokens.NETWORK_SECRET"): "a prefix",
}
# The twin in memory compares digests where a database's WHERE does: keyed, and never with what a caller sent.
_TWIN = re.compile(r"storage/memory_[a-z_]+\.py")


def _name(node: ast.expr) -> str:
    """What an expression is called, as far as it has a name."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=inner) | ast.Subscript(value=inner) | ast.Await(value=inner):
            return _name(inner)
    return ""


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _comparisons(tree: ast.AST) -> Iterator[ast.Compare]:
    """Every `==` and `!=` of something that is called like a secret with something that is no literal."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(sign, ast.Eq | ast.NotEq) for sign in node.ops):
            sides = [node.left, *node.comparators]
            if not any(isinstance(side, ast.Constant) for side in sides) and any(
                _SECRET.search(_name(s)) for s in sides
            ):
                yield node


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(SOURCES / "frontdesk")) for path in FILES])
def test_su_07_nothing_that_was_read_can_run(path: Path) -> None:
    """SU-07: no pickle, eval, shell or YAML that makes objects; what is secret is compared in constant time."""
    tree, place = ast.parse(path.read_text()), str(path.relative_to(SOURCES / "frontdesk"))
    taken = {name for name in _imports(tree) if name.split(".")[0] in FORBIDDEN_MODULES}
    assert not {name for name in taken if (place, name) not in IMPORTS_ALLOWED}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in FORBIDDEN_CALLS, f"{called} in line {node.lineno}"
            assert not called.startswith("yaml.") or called in YAML_ALLOWED, f"{called} in line {node.lineno}"
            assert not any(word.arg == "shell" for word in node.keywords), f"a shell in line {node.lineno}"
    if not _TWIN.fullmatch(place):
        compared = {(place, ast.unparse(node)) for node in _comparisons(tree)}
        assert compared <= EQUAL_ALLOWED.keys(), compared - EQUAL_ALLOWED.keys()


def test_su_07_every_exception_is_still_there() -> None:
    """An exception that nothing needs any more would let the next `==` through unseen."""
    found = set()
    for place in {place for place, _ in EQUAL_ALLOWED}:
        tree = ast.parse((SOURCES / "frontdesk" / place).read_text())
        found |= {(place, ast.unparse(node)) for node in _comparisons(tree)}
    assert found >= EQUAL_ALLOWED.keys()


def test_su_07_the_checks_see_what_they_look_for() -> None:
    """A check that finds nothing anywhere proves nothing."""
    tree = ast.parse("if stored.secret_digest == made: ...\nif kind == 'secret': ...\nif token != None: ...")
    assert [node.lineno for node in _comparisons(tree)] == [1]
    assert set(_imports(ast.parse("import pickle\nfrom xml.sax import parse"))) == {"pickle", "xml.sax"}


ASSETS = sorted(
    path
    for folder in ("templates", "static")
    for path in (SOURCES / "frontdesk/web" / folder).rglob("*")
    if path.is_file()
)


@pytest.mark.parametrize("path", ASSETS, ids=[path.name for path in ASSETS])
def test_su_06_pages_load_nothing_from_elsewhere(path: Path) -> None:
    """SU-06: no address of another host in a template, style sheet, script or picture; XML names are no addresses."""
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text, re.IGNORECASE)
    assert "@import" not in text
