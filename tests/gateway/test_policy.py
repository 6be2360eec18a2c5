"""What the document says is what opens an operation, and nothing else does."""

from typing import Any

import pytest

from frontdesk.gateway.document import DocumentError
from frontdesk.gateway.policy import Operations, Policy
from frontdesk.gateway.target import Target, read_target
from frontdesk.protocol.access import Alternative
from frontdesk.protocol.errors import Reason, Refusal
from gateway.desk import DOCUMENT, document_with, policy_of

OPEN: dict[str, Any] = {"security": [{"Basic": []}]}


def match(policy: Policy, method: str, path: str) -> Operations | Refusal:
    """Match as the checker does."""
    target = read_target(path.encode())
    assert isinstance(target, Target), target
    return policy.match(method, target)


def templates(policy: Policy, method: str, path: str) -> list[str] | tuple[Reason, tuple[str, ...]]:
    """What was matched, short."""
    found = match(policy, method, path)
    if isinstance(found, Refusal):
        return found.reason, found.allow
    return [operation.template for operation in found]


def alternatives(security: Any, **options: Any) -> tuple[Alternative, ...]:
    """What one operation's security compiles to."""
    policy = policy_of(document_with({"/a": {"get": {"security": security}}}), **options)
    return policy.operations[0].alternatives


def bearer(*needs: str) -> Alternative:
    """A token that holds one letter of each text."""
    return Alternative(scheme="oauth2", needs=tuple(map(frozenset, needs)))


BASIC = Alternative(scheme="basic")
PUBLIC = Alternative(scheme="public")


@pytest.mark.parametrize(
    ("security", "expected"),
    [
        ([{"Basic": []}], (BASIC,)),
        ([{"OAuth": []}], (bearer(),)),
        ([{"OAuth": ["a", "b"]}], (bearer("ab"),)),
        ([{"Basic": []}, {"OAuth": ["a"]}], (BASIC, bearer("a"))),
        ([{"Basic": []}, {}], (BASIC, PUBLIC)),
        ([], (PUBLIC,)),
        ([{"Key": []}], ()),
        ([{"Key": []}, {"Basic": []}], (BASIC,)),
        pytest.param([{"Basic": [], "OAuth": ["a"]}], (), id="SC-13"),
        pytest.param([{"Basic": [], "Key": []}], (), id="SC-13 with a key"),
        pytest.param([{"Basic": [], "OAuth": []}, {"OAuth": ["a"]}],
                     (bearer("a"),), id="SC-13 beside another"),
    ],
)  # fmt: skip
def test_security_becomes_alternatives(security: Any, expected: tuple[Alternative, ...]) -> None:
    """Alternatives are OR; two schemes in one object are AND, which one credential never meets; unknown kinds: none."""
    assert alternatives(security) == expected


TWO_BEARERS: dict[str, Any] = {
    "Basic": {"type": "http", "scheme": "basic"},
    "OAuth": {"type": "oauth2", "flows": {"authorizationCode": {"scopes": {"a": "", "b": ""}}}},
    "Sign-in": {"type": "openIdConnect", "openIdConnectUrl": "https://id.example/.well-known/openid-configuration"},
    "Key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "TLS": {"type": "mutualTLS"},
    "Other": {"type": "http", "scheme": "digest"},
}


@pytest.mark.parametrize(
    ("security", "any_of", "all_of"),
    [
        ([{"Sign-in": []}], (bearer(),), (bearer(),)),
        ([{"Sign-in": ["a", "b"]}], (bearer("ab"),), (bearer("a", "b"),)),
        ([{"OAuth": ["a", "b"], "Sign-in": ["c"]}], (bearer("ab", "c"),), (bearer("a", "b", "c"),)),
        ([{"OAuth": ["a"], "Sign-in": []}], (bearer("a"),), (bearer("a"),)),
        ([{"OAuth": ["a"], "Sign-in": ["a"]}], (bearer("a"),), (bearer("a"),)),
        ([{"OAuth": ["a"], "Sign-in": ["a"], "Basic": []}], (), ()),
        ([{"Sign-in": ["a"], "Key": []}], (), ()),
        ([{"OAuth": [], "TLS": []}, {"Other": []}], (), ()),
        ([{"Basic": [], "Key": []}, {}], (PUBLIC,), (PUBLIC,)),
    ],
)
def test_schemes_in_one_object_must_all_be_met(
    security: Any, any_of: tuple[Alternative, ...], all_of: tuple[Alternative, ...]
) -> None:
    """One token meets several bearer schemes where it holds what each asks for; no other pair is met by anybody."""
    document = document_with({"/a": {"get": {"security": security}}}, components={"securitySchemes": TWO_BEARERS})
    assert policy_of(document).operations[0].alternatives == any_of
    assert policy_of(document, scope_match="all").operations[0].alternatives == all_of


def test_scopes_that_only_openidconnect_names_are_known() -> None:
    """A client must be able to ask for what an operation needs."""
    document = document_with({"/a": {"get": {"security": [{"Sign-in": ["profile"]}]}}})
    document["components"] = {"securitySchemes": TWO_BEARERS}
    assert policy_of(document).known_scopes == {"a", "b", "profile"}


def test_all_scopes_may_be_asked_for() -> None:
    """The OpenAPI meaning is a setting (contract, Scopes)."""
    (alternative,) = alternatives([{"OAuth": ["a", "b"]}], scope_match="all")
    assert alternative == bearer("a", "b")


def test_global_security_holds_where_an_operation_says_nothing() -> None:
    """And an operation's own replaces it."""
    document = document_with({"/a": {"get": {}, "post": {"security": [{"OAuth": []}]}}}, security=[{"Basic": []}])
    policy = policy_of(document)
    assert [operation.schemes for operation in policy.operations] == [("basic",), ("oauth2",)]


@pytest.mark.parametrize("changes", [{}, {"security": []}], ids=["none", "empty"])
def test_gw_20_an_operation_without_security_stops_the_start(changes: dict[str, Any]) -> None:
    """Unless it is named as public: nothing is open by oversight."""
    document = document_with({"/health": {"get": {}, "post": OPEN}}, **changes)
    with pytest.raises(DocumentError) as caught:
        policy_of(document)
    assert caught.value.place == "#/paths/~1health/get"
    assert "GET /health" in caught.value.hint
    policy = policy_of(document, public_operations=("GET /health",))
    assert policy.operations[0].alternatives == (PUBLIC,)
    assert policy.operations[1].alternatives == (BASIC,)


def test_naming_an_operation_public_never_opens_one_that_has_security() -> None:
    """The setting fills a gap; it takes nothing away."""
    policy = policy_of(document_with({"/a": {"get": OPEN}}), public_operations=("GET /a",))
    assert policy.operations[0].alternatives == (BASIC,)


def test_an_undefined_scheme_stops_the_start() -> None:
    """A typing error must not become an operation that nobody can call, or everybody."""
    with pytest.raises(DocumentError, match="'Basik' is not defined"):
        policy_of(document_with({"/a": {"get": {"security": [{"Basik": []}]}}}))


METHODS = document_with(
    {
        "/a": {"get": OPEN, "put": OPEN, "trace": OPEN},
        "/o": {"options": OPEN, "post": OPEN},
        "/h": {"get": OPEN, "head": {"security": [{"OAuth": []}]}},
        "/x/{id}": {"get": OPEN},
        "/x/me": {"put": OPEN},
        "/i/{id}/void": {"patch": OPEN, "get": OPEN},
        "/i/items/{id}": {"get": OPEN, "delete": OPEN},
    }
)
NO = Reason.METHOD_NOT_ALLOWED


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        pytest.param("GET", "/a", ["/a"], id="listed"),
        pytest.param("HEAD", "/a", ["/a"], id="GW-11 HEAD follows GET"),
        pytest.param("OPTIONS", "/a", (NO, ("GET", "HEAD", "PUT")), id="GW-11 OPTIONS"),
        pytest.param("OPTIONS", "/o", ["/o"], id="GW-11 OPTIONS listed"),
        pytest.param("HEAD", "/o", (NO, ("POST", "OPTIONS")), id="GW-11 HEAD without GET"),
        pytest.param("FOO", "/a", (NO, ("GET", "HEAD", "PUT")), id="GW-11 FOO"),
        pytest.param("get", "/a", (NO, ("GET", "HEAD", "PUT")), id="GW-11 get"),
        pytest.param("TRACE", "/a", (NO, ("GET", "HEAD", "PUT")), id="HD-08 TRACE, though listed"),
        pytest.param("GET", "/b", (Reason.UNKNOWN_OPERATION, ()), id="unknown"),
        pytest.param("GET", "/a/", (Reason.UNKNOWN_OPERATION, ()), id="GW-07 slash"),
        pytest.param("GET", "/A", (Reason.UNKNOWN_OPERATION, ()), id="GW-07 case"),
        pytest.param("GET", "/b?x=/a", (Reason.UNKNOWN_OPERATION, ()), id="GW-09"),
        pytest.param("GET", "/%61", ["/a"], id="escaped letter"),
        pytest.param("GET", "/x/me", (NO, ("PUT",)), id="template before method"),
        pytest.param("GET", "/x/you", ["/x/{id}"], id="parameter"),
        pytest.param("GET", "/i/items/void", ["/i/{id}/void", "/i/items/{id}"], id="both must allow"),
        pytest.param("PATCH", "/i/items/void", ["/i/{id}/void"], id="the one that lists it"),
        pytest.param("DELETE", "/i/items/void", ["/i/items/{id}"], id="the other"),
        pytest.param("PUT", "/i/items/void", (NO, ("GET", "HEAD", "PATCH", "DELETE")), id="neither"),
    ],
)
def test_a_call_means_the_operations_that_the_contract_says(method: str, path: str, expected: Any) -> None:
    """Contract, check 2 and Scopes: 404, 405 with Allow, the template before the method."""
    assert templates(policy_of(METHODS), method, path) == expected


def test_a_listed_head_has_its_own_rule() -> None:
    """Only one that is not listed follows GET."""
    found = match(policy_of(METHODS), "HEAD", "/h")
    assert isinstance(found, tuple)
    assert found[0].schemes == ("oauth2",)


def test_gw_18_an_escaped_literal_cannot_pass_as_a_parameter() -> None:
    """`/users/%40me` is `@me` to one server and an id to another: neither reading is safe, so it is refused."""
    policy = policy_of(
        document_with({"/users/@me": {"get": {"security": [{"OAuth": []}]}}, "/users/{id}": {"get": OPEN}})
    )
    assert templates(policy, "GET", "/users/@me") == ["/users/@me"]
    assert templates(policy, "GET", "/users/%40me") == (Reason.AMBIGUOUS_TARGET, ())
    assert templates(policy, "GET", "/users/a%40b") == ["/users/{id}"]


def test_gw_18_an_escape_that_means_nothing_cannot_hide_a_literal() -> None:
    """`/users/%6De` is `/users/me`; a server behind a proxy that sends paths on as they came may not see through it."""
    policy = policy_of(
        document_with(
            {"/users/me": {"get": OPEN}, "/users/{id}": {"get": {"security": [{"OAuth": []}]}}, "/me": {"get": OPEN}}
        )
    )
    assert templates(policy, "GET", "/users/%6De") == (Reason.AMBIGUOUS_TARGET, ())
    assert templates(policy, "GET", "/users/%7Eme") == ["/users/{id}"]
    assert templates(policy, "GET", "/%6De") == ["/me"]  # such a server finds nothing there: no harm is done


@pytest.mark.parametrize(
    ("servers", "path", "is_found"),
    [
        (["https://api.example"], "/a", True),
        (["https://api.example/"], "/a", True),
        (["https://api.example/v2/"], "/v2/a", True),
        (["https://api.example/v2"], "/a", False),
        (["/v1", "https://api.example/v2"], "/v1/a", True),
        (["/v1", "https://api.example/v2"], "/v2/a", True),
        (["/v1", "https://api.example/v2"], "/v1/v2/a", False),
        (["/v1/%62ase"], "/v1/base/a", True),
    ],
)  # fmt: skip
def test_gw_19_server_paths_go_before_the_templates(servers: list[str], path: str, is_found: bool) -> None:
    """The whole path is matched, as it will be sent on."""
    policy = policy_of(document_with({"/a": {"get": OPEN}}, servers=[{"url": url} for url in servers]))
    assert isinstance(match(policy, "GET", path), tuple) is is_found


def test_server_variables_take_their_defaults_and_nearer_servers_win() -> None:
    """OpenAPI 3.1 §4.8.5: a path's or operation's servers replace the document's."""
    document = document_with(
        {"/a": {"servers": [{"url": "/near"}], "get": OPEN}, "/b": {"get": {**OPEN, "servers": [{"url": "/own"}]}}},
        servers=[{"url": "https://x/{version}", "variables": {"version": {"default": "v3"}}}],
    )
    policy = policy_of(document)
    assert templates(policy, "GET", "/near/a") == ["/a"]
    assert templates(policy, "GET", "/own/b") == ["/b"]
    assert templates(policy, "GET", "/v3/a") == (Reason.UNKNOWN_OPERATION, ())


def test_server_variables_may_take_every_value_that_is_listed() -> None:
    """OpenAPI 3.1 §4.8.6: a client may put any of them in; the default counts though the list forgot it."""
    variables = {"version": {"default": "v3", "enum": ["v1", "v2"]}, "host": {"default": "a", "enum": ["a", "b"]}}
    servers = [{"url": "https://{host}.example/{version}/{version}", "variables": variables}]
    policy = policy_of(document_with({"/a": {"get": OPEN}}, servers=servers))
    assert [operation.path for operation in policy.operations] == ["/v3/v3/a", "/v1/v1/a", "/v2/v2/a"]
    for path, is_found in {"/v1/v1/a": True, "/v3/v3/a": True, "/v1/v2/a": False, "/v4/v4/a": False}.items():
        assert isinstance(match(policy, "GET", path), tuple) is is_found, path


@pytest.mark.parametrize("values", [101, 20_000])
def test_what_servers_stand_for_is_bounded(values: int) -> None:
    """A product of enums must not become a bomb; many hosts with one path are told apart from many paths."""
    variables = {"v": {"default": "0", "enum": [str(value) for value in range(values)]}}
    with pytest.raises(DocumentError, match="more than 100 paths"):
        policy_of(document_with({"/a": {"get": OPEN}}, servers=[{"url": "/{v}", "variables": variables}]))
    hosts = document_with({"/a": {"get": OPEN}}, servers=[{"url": "https://{v}.x/b", "variables": variables}])
    if values < 10_000:
        assert [operation.path for operation in policy_of(hosts).operations] == ["/b/a"]


def test_two_templates_that_become_one_path_must_both_allow() -> None:
    """Base `/v1` with `/a`, and base nothing with `/v1/a`: neither hides the other."""
    policy = policy_of(
        document_with({"/a": {"get": OPEN}, "/v1/a": {"get": {"security": []}}}, servers=[{"url": "/v1"}, {"url": "/"}])
    )
    found = match(policy, "GET", "/v1/a")
    assert isinstance(found, tuple)
    assert {operation.schemes for operation in found} == {("basic",), ("public",)}


def test_known_scopes_are_declared_or_used() -> None:
    """Contract, Scopes; each has a sentence, the undeclared one made of what the operations do."""
    policy = policy_of(
        document_with(
            {
                "/f": {
                    "get": {"summary": "Get floors", "security": [{"OAuth": ["floors.readonly", "floors"]}]},
                    "put": {"summary": "Put a floor", "security": [{"OAuth": ["floors"], "Basic": []}]},
                    "post": {"tags": ["Walls"], "security": [{"OAuth": ["walls"]}]},
                }
            }
        )
    )
    assert policy.known_scopes == {"rooms", "rooms.readonly", "floors", "floors.readonly", "walls"}
    assert policy.scope_texts == {
        "rooms.readonly": "Read rooms",
        "rooms": "Read and write rooms",
        "floors.readonly": "Get floors",
        "floors": "Get floors, put a floor",
        "walls": "Walls",
    }
    assert [scope for scope in policy.scope_texts if not policy.writes(scope)] == ["rooms.readonly", "floors.readonly"]


def test_the_challenge_shows_the_scopes_in_the_documents_order() -> None:
    """RFC 6750 §3: any of them would do."""
    policy = policy_of(DOCUMENT)
    found = match(policy, "GET", "/rooms/v1")
    assert isinstance(found, tuple)
    assert found[0].shown_scopes == ("rooms.readonly", "rooms")


def test_networkless_operations_are_named_as_in_the_document() -> None:
    """Only those named: a network header that the document forgot to declare exempts nothing."""
    policy = policy_of(DOCUMENT, networkless_operations=("GET /networks/v1",))
    assert [operation.template for operation in policy.operations if operation.networkless] == ["/networks/v1"]


@pytest.mark.parametrize("serve", [None, False, True])
def test_serving_networks_adds_the_operation_only_when_told(serve: bool | None) -> None:
    """True adds it to a document without it; otherwise nothing passes that the document does not name."""
    policy = policy_of(
        document_with({"/a": {"get": OPEN}}), serve_networks=serve, networkless_operations=("GET /networks/v1",)
    )
    assert policy.lists("GET", "/networks/v1") is (serve is True)
    assert isinstance(match(policy, "GET", "/networks/v1"), tuple) is (serve is True)


@pytest.mark.parametrize("scope", ["a b", "a,b", 'a"', "a\\", "é", ""])
def test_a_scope_that_nobody_could_ask_for_stops_the_start(scope: str) -> None:
    """RFC 6749 appendix A.4, and the comma of the contract."""
    with pytest.raises(DocumentError, match="cannot be asked for"):
        policy_of(document_with({"/a": {"get": {"security": [{"OAuth": [scope]}]}}}))


def test_a_setting_that_names_what_the_document_lacks_is_refused() -> None:
    """A misspelt operation or scope would change nothing, and nobody would know."""
    with pytest.raises(DocumentError, match="networkless_operations names 'GET /network/v1'"):
        policy_of(DOCUMENT, networkless_operations=("GET /networks/v1", "GET /network/v1"))
    with pytest.raises(DocumentError, match="role_scopes names the scope 'room'"):
        policy_of(document_with({"/a": {"get": OPEN}}), named_scopes=(("role_scopes", "room"),))
