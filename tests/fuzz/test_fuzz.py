"""The matcher, the form that goes upstream and the header readers, hunted by chance against readers written apart.

`make fuzz` gives this ten minutes (FUZZ_SECONDS), `make test` half a minute.
"""

import random
import re
import shutil
from collections.abc import Callable, Iterator, Sequence

import pytest

from frontdesk.gateway.document import read_document
from frontdesk.gateway.policy import Policy, compile_policy
from frontdesk.gateway.target import Target, read_target
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.headers import BasicPair, CallHeaders, read_call_headers
from frontdesk.protocol.headers import read_credential as product_credential
from fuzz import headers, servers_behind
from fuzz.hunt import hunt, seconds, smallest, smallest_target
from fuzz.nginx_behind import NginxBehind
from fuzz.targets import CORPUS, random_target
from fuzz.templates import naive, random_templates
from oracle.reading import UNRESERVED, read_credential, read_path

pytestmark = pytest.mark.timeout(max(300, seconds() * 2))

METHODS = ("get", "post", "put", "delete", "head", "patch")
TARGETS = 300  # a round


def policy_of(templates: Sequence[str], methods: Callable[[str], Sequence[str]] = lambda _: ("get",)) -> Policy:
    """A policy in which every operation takes HTTP Basic."""
    paths = {each: {method: {"security": [{"Basic": []}]} for method in methods(each)} for each in templates}
    schemes = {"Basic": {"type": "http", "scheme": "basic"}}
    info = {"title": "Fuzzed", "version": "1"}
    document = {"openapi": "3.1.0", "info": info, "components": {"securitySchemes": schemes}, "paths": paths}
    return compile_policy(read_document(document))


def judged(policy: Policy, raw: bytes, method: str = "GET") -> set[str] | Reason:
    """The templates that a call is judged by, or why there are none."""
    target = read_target(raw)
    if isinstance(target, Refusal):
        return target.reason
    found = policy.match(method, target)
    return found.reason if isinstance(found, Refusal) else {operation.template for operation in found}


def misjudged(templates: Sequence[str], raw: bytes, policy: Policy | None = None) -> str:
    """How the policy's answer differs from the naive matcher's; empty where it does not."""
    answer = judged(policy or policy_of(templates), raw)
    decoded = read_path(raw.partition(b"?")[0])
    if decoded is None:
        return "" if answer is Reason.AMBIGUOUS_TARGET else f"{answer} for what two readers read in two ways"
    if answer is Reason.TOKEN_IN_QUERY or (b"?" in raw and answer is Reason.AMBIGUOUS_TARGET):
        return "" if b"?" in raw else "refused without a cause"
    if answer is Reason.AMBIGUOUS_TARGET:
        return "" if _reads_in_two_ways(templates, raw, decoded) else "refused without a cause"
    expected: set[str] | Reason = naive(templates, decoded) or Reason.UNKNOWN_OPERATION
    return "" if answer == expected else f"{answer}, and not {expected}"


def _reads_in_two_ways(templates: Sequence[str], raw: bytes, decoded: str) -> bool:
    """Whether servers that decode all, nothing, or what needs no escape would not all run the same."""
    half = re.sub(
        r"%([0-9A-Fa-f]{2})",
        lambda found: c if (c := chr(int(found[1], 16))) in UNRESERVED else found[0].upper(),
        raw.decode(),
    )
    return len({frozenset(naive(templates, path)) for path in (raw.decode(), half, decoded)}) > 1


def _least(templates: Sequence[str], raw: bytes) -> str:
    """The smallest target, under the fewest templates, that is still misjudged."""
    least = smallest_target(raw, lambda kept: bool(misjudged(templates, kept)))
    needed = smallest(templates, lambda kept: bool(misjudged(kept, least)))
    return f"{least!r} under {needed}: {misjudged(needed, least)}"


def test_the_policy_is_what_a_naive_reading_of_the_document_says() -> None:
    """Any set of templates, any target: the same templates, or a refusal that has a cause."""

    def round_(rng: random.Random) -> int:
        templates = random_templates(rng)
        policy = policy_of(templates)
        for _ in range(TARGETS):
            raw = random_target(rng, templates)
            if misjudged(templates, raw, policy):
                raise AssertionError(_least(templates, raw))
        return TARGETS

    assert hunt("matcher", round_) > 1_000


def test_methods_are_those_of_the_templates_that_were_chosen() -> None:
    """405 with the methods of all that fit, HEAD after GET, several templates where none is more concrete."""

    def round_(rng: random.Random) -> int:
        templates = random_templates(rng)
        methods = {each: rng.sample(METHODS, rng.randint(1, 3)) for each in templates}
        policy = policy_of(templates, methods.__getitem__)
        for _ in range(TARGETS):
            raw, method = random_target(rng, templates), rng.choice((*METHODS, "options", "trace", "FOO"))
            decoded = read_path(raw.partition(b"?")[0])
            target = read_target(raw)
            if decoded is None or isinstance(target, Refusal):
                continue
            found = policy.match(method.upper(), target)
            if isinstance(found, Refusal) and found.reason is Reason.AMBIGUOUS_TARGET:
                continue
            chosen = naive(templates, decoded)
            listed = {each: set(methods[each]) | ({"head"} if "get" in methods[each] else set()) for each in chosen}
            expected = {each for each in chosen if method.lower() in listed[each]}
            if isinstance(found, Refusal):
                assert not expected, (raw, method, methods, found)
                allowed = {name.upper() for names in listed.values() for name in names}
                assert set(found.allow) == allowed, (raw, method, methods, found)
            else:
                assert {operation.template for operation in found} == expected, (raw, method, methods)
        return TARGETS

    assert hunt("methods", round_, lasts=seconds() / 3) > 1_000


@pytest.fixture(scope="module")
def node() -> Iterator[servers_behind.NodeUrl | None]:
    """Node's URL, where Node is here."""
    found = shutil.which("node")
    url = servers_behind.NodeUrl(found) if found else None
    yield url
    if url is not None:
        url.close()


def forms(raw: bytes, target: Target) -> tuple[bytes, bytes]:
    """What goes upstream: the normal path from our own proxy, the path as it came from a proxy that asked us."""
    return target.normalised.partition(b"?")[0], raw.partition(b"?")[0]


def test_gw_27_whatever_a_server_behind_runs_was_judged(node: servers_behind.NodeUrl | None) -> None:
    """GW-27: Starlette, werkzeug, Node's URL and a server that decodes nothing reach no other operation."""

    def round_(rng: random.Random) -> int:
        templates = random_templates(rng)
        policy = policy_of(templates)
        routers = {
            "starlette": servers_behind.starlette(templates),
            "werkzeug": servers_behind.werkzeug(templates),
            "undecoded": servers_behind.undecoded(templates),
        }
        sent: list[tuple[bytes, set[str]]] = []
        for _ in range(TARGETS):
            raw = random_target(rng, templates)
            found = judged(policy, raw)
            if isinstance(found, set):
                target = read_target(raw)
                assert isinstance(target, Target)
                sent += [(form, found) for form in dict.fromkeys(forms(raw, target))]
        for path, found in sent:
            for name, serve in routers.items():
                reached = serve(path)
                assert reached <= found, f"{name} runs {reached} for {path!r}, judged as {found} of {templates}"
        if node is not None:
            for (path, found), seen in zip(sent, node.paths([path for path, _ in sent]), strict=True):
                as_it_is, decoded = seen
                reached = routers["undecoded"](as_it_is.encode()) if as_it_is is not None else set()
                reached |= naive(templates, decoded) if decoded is not None else set()
                assert reached <= found, f"node reads {seen}: {reached} for {path!r}, judged as {found}"
        return TARGETS

    assert hunt("upstream form", round_) > 1_000


@pytest.fixture(scope="module")
def nginx() -> Iterator[tuple[NginxBehind, list[list[str]]]]:
    """A real nginx that serves a few sets of templates by location."""
    rng = random.Random("sets of locations")
    sets = [random_templates(rng, at_most=16) for _ in range(12)]
    server = NginxBehind(sets)
    yield server, sets
    server.stop()


def nginx_round(nginx: tuple[NginxBehind, list[list[str]]], policies: list[Policy]) -> Callable[[random.Random], int]:
    """A round that sends what passes to nginx in both forms."""
    server, sets = nginx

    def round_(rng: random.Random) -> int:
        number = rng.randrange(len(sets))
        sent: list[tuple[bytes, set[str]]] = []
        for _ in range(TARGETS):
            raw = random_target(rng, sets[number])
            found = judged(policies[number], raw)
            if isinstance(found, set):
                target = read_target(raw)
                assert isinstance(target, Target)
                sent += [(form, found) for form in dict.fromkeys(forms(raw, target))]
        for (path, found), reached in zip(sent, server.served(number, [path for path, _ in sent]), strict=True):
            assert reached <= found, f"nginx runs {reached} for {path!r}, judged as {found} of {sets[number]}"
        return TARGETS

    return round_


def test_gw_27_nginx_behind_runs_what_was_judged(nginx: tuple[NginxBehind, list[list[str]]]) -> None:
    """GW-27: nginx decodes, joins slashes and resolves dots before it chooses a location."""
    round_ = nginx_round(nginx, [policy_of(templates) for templates in nginx[1]])
    assert hunt("nginx behind", round_, lasts=seconds() * 2 / 3) > 1_000


@pytest.mark.sweep
@pytest.mark.timeout(3_600)
def test_gw_27_a_million_targets(nginx: tuple[NginxBehind, list[list[str]]]) -> None:
    """GW-27: a million targets; each server does serve some of them, so that agreement is not silence."""
    _, sets = nginx
    policies = [policy_of(templates) for templates in sets]
    apps = [(servers_behind.starlette(templates), servers_behind.werkzeug(templates)) for templates in sets]
    round_, tried, served, rng = nginx_round(nginx, policies), 0, [0, 0], random.Random("a million")
    while tried < 1_000_000:
        tried += round_(rng)
        number = rng.randrange(len(sets))
        for raw in (random_target(rng, sets[number]) for _ in range(TARGETS)):
            found = judged(policies[number], raw)
            if not isinstance(found, set):
                continue
            for index, serve in enumerate(apps[number]):
                reached = serve(raw.partition(b"?")[0])
                assert reached <= found, (raw, reached, found)
                served[index] += len(reached)
        tried += TARGETS
    assert min(served) > 10_000


def test_the_servers_behind_do_serve(nginx: tuple[NginxBehind, list[list[str]]]) -> None:
    """Each of them finds honest paths: agreement above is not silence."""
    server, sets = nginx
    for number, templates in enumerate(sets):
        paths = [random_target(random.Random(seed), templates) for seed in range(400)]
        known = [path for path in paths if read_path(path) is not None and naive(templates, read_path(path) or "")]
        assert len(known) > 50
        assert sum(map(bool, server.served(number, known))) > len(known) * 0.9
        for serve in (servers_behind.starlette(templates), servers_behind.werkzeug(templates)):
            assert sum(bool(serve(path)) for path in known) > len(known) * 0.8


def test_a_case_is_made_as_small_as_it_can_be() -> None:
    """What is found is made so small that no byte of it can be left out."""
    templates = ["/rooms/v1", "/rooms/v1/{id}", "/users/{id}/me"]
    rng = random.Random(5)

    def is_wrong(raw: bytes) -> bool:
        decoded = read_path(raw)
        return decoded is not None and decoded.count("/") == 4 and decoded.startswith("/users/")

    case = next(raw for raw in (random_target(rng, templates) for _ in range(10_000)) if is_wrong(raw))
    least = smallest_target(case, is_wrong)
    assert is_wrong(least)
    assert len(least) < len(case)
    assert not any(is_wrong(least[:place] + least[place + 1 :]) for place in range(len(least)))


def test_the_header_readers_agree_with_a_strict_parser() -> None:
    """Credentials and the network header: the same reading, byte for byte, or the same refusal."""

    def round_(rng: random.Random) -> int:
        for _ in range(1_000):
            sent = headers.random_headers(rng)
            read = read_call_headers(sent, headers.NETWORK)
            expected = headers.read(sent)
            if isinstance(read, CallHeaders):
                assert (read.authorization, read.network) == expected, (sent, read, expected)
            else:
                assert expected is None, (sent, read, expected)
            value = headers.random_authorization(rng)
            credential = product_credential(value)
            if credential is None:
                said = None
            elif isinstance(credential, BasicPair):
                said = ("basic", f"{credential.user}:{credential.password}")
            else:
                said = ("oauth2", credential.value)
            assert said == read_credential(value), (value, credential)
        return 2_000

    assert hunt("headers", round_, lasts=seconds() / 2) > 1_000


@pytest.mark.parametrize("piece", CORPUS, ids=repr)
def test_every_piece_of_the_corpus_is_judged_alike_everywhere(piece: bytes) -> None:
    """Each known trick in each place of a few paths, against the naive reading."""
    templates = ["/rooms/v1", "/rooms/v1/{id}", "/rooms/v1/me", "/rooms/{a}-{b}/items", "/users/@me", "/a b/{x}.json"]
    policy = policy_of(templates)
    for base in (b"/rooms/v1/me", b"/rooms/a-b/items", b"/a%20b/x.json", b"/users/@me", b"/"):
        for place in range(len(base) + 1):
            raw = base[:place] + piece + base[place:]
            assert not misjudged(templates, raw, policy), raw
