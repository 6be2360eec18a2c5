"""The document as a policy: per path and method what opens it. What the document does not list, nothing opens (D9)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from frontdesk.gateway.document import Document, DocumentError, ListedOperation
from frontdesk.gateway.limit_extension import WrittenLimits
from frontdesk.gateway.matcher import PathTree, TemplateError, read_template
from frontdesk.gateway.network_parameters import NetworkParameters
from frontdesk.gateway.policy_alternatives import PUBLIC, read_alternatives
from frontdesk.gateway.scope_words import describe_operation, describe_scopes, writes
from frontdesk.gateway.target import Target
from frontdesk.protocol.access import Alternative, Operation
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.scope_operations import ScopeOperations
from frontdesk.protocol.scopes import CONTRACT, Inclusion, missing, read_scopes

NETWORKS = "/networks/v1"
MAX_RULES = 200_000  # operations, each as often as there are servers that offer it under another path

Operations: TypeAlias = tuple[Operation, ...]

# TRACE shows a caller its own headers as proxies changed them (RFC 9110 §9.3.8): never let through.
_UNOFFERED = frozenset({"TRACE"})
_UNKNOWN = Refusal(reason=Reason.UNKNOWN_OPERATION)
_AMBIGUOUS = Refusal(reason=Reason.AMBIGUOUS_TARGET, detail="matches one operation encoded and another decoded")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PathRules:
    """The operations of one template under one base path, by method; a HEAD that is not listed follows GET."""

    operations: dict[str, Operation]

    @property
    def methods(self) -> tuple[str, ...]:
        """What `Allow` says."""
        return tuple(self.operations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Decides which operations a call means. Compiled once, never changed; a reload makes another."""

    title: str
    known_scopes: frozenset[str]  # declared plus used
    scope_texts: dict[str, str]  # scope -> what it allows, in plain words
    scope_operations: ScopeOperations = field(repr=False)  # scope -> the operations that name it
    operations: Operations  # an operation that several servers offer stands here once for each
    _tree: PathTree[PathRules] = field(repr=False)

    @property
    def basic_operations(self) -> tuple[str, ...]:
        """Those that HTTP Basic opens, "GET /v1/rooms", in the document's order."""
        return tuple(f"{one.method} {one.path}" for one in self.operations if "basic" in one.schemes)

    def match(self, method: str, target: Target) -> Operations | Refusal:
        """The operations that must all allow this call (mostly one); 404 and 405 are check 2 of the contract."""
        rules = self._tree.find(target.path)
        # A literal may be spelt with escapes ("%40me"). A server behind us may or may not see through that: where
        # the two readings differ, neither is safe to judge by.
        if target.decoded != target.path and self._tree.find(target.decoded) != rules:
            return _AMBIGUOUS
        # A proxy that asks us sends the path on as it came. Where a server that decodes nothing finds nothing for it,
        # no harm is done; but it must not take an escaped literal ("%6De") for a parameter's value.
        if target.sent != target.path and not set(self._tree.find(target.sent)).issubset(rules):
            return _AMBIGUOUS
        if not rules:
            return _UNKNOWN
        if len(rules) == 1:
            operation = rules[0].operations.get(method)
            if operation is not None:
                return (operation,)
            return Refusal(reason=Reason.METHOD_NOT_ALLOWED, allow=rules[0].methods)
        return _choose(rules, method)

    def lists(self, method: str, template: str) -> bool:
        """Whether the document has this operation, by the key under its `paths`."""
        return any(operation.method == method and operation.template == template for operation in self.operations)

    @staticmethod
    def writes(scope: str) -> bool:
        """Whether a scope changes data: every one does that is not a `.readonly`."""
        return writes(scope)


def _choose(rules: tuple[PathRules, ...], method: str) -> Operations | Refusal:
    """None of several templates is more specific: all that list the method must allow."""
    chosen = tuple(each.operations[method] for each in rules if method in each.operations)
    if chosen:
        return chosen
    methods = dict.fromkeys(listed for each in rules for listed in each.methods)
    return Refusal(reason=Reason.METHOD_NOT_ALLOWED, allow=tuple(methods))


def compile_policy(
    document: Document,
    *,
    scope_match: str = "any",
    public_operations: Iterable[str] = (),
    networkless_operations: Iterable[str] = (),
    serve_networks: bool | None = None,
    named_scopes: Iterable[tuple[str, str]] = (),
    inclusion: Inclusion = CONTRACT,
    network_parameters: Iterable[str] = (),
) -> Policy:
    """Compile a document. `…_operations` are written "GET /path", as under the document's `paths`.

    `named_scopes` are (setting, scope): what settings call by its name. Raises DocumentError for what cannot be
    decided safely: an operation that says nothing of security and is not named as public, a scheme that is not
    defined, a template that no request could match; and for a setting that names what the document does not have.
    """
    if scope_match not in ("any", "all"):
        raise DocumentError(f"scope_match is {scope_match!r}", hint="write any or all")
    compiler = _Compiler(
        document=document,
        needs_all=scope_match == "all",
        public=frozenset(public_operations),
        networkless=frozenset(networkless_operations),
        reading=inclusion.suffixes,
        network_parameters=NetworkParameters(entries=tuple(network_parameters)),
    )
    policy = compiler.compile(adds_networks=serve_networks is True)
    if document.operations:  # without a document there is nothing to misspell
        _judge_names(policy, compiler.networkless, named_scopes, inclusion)
        compiler.network_parameters.judge(document)
    return policy


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiler:
    document: Document
    needs_all: bool
    public: frozenset[str]
    networkless: frozenset[str]
    reading: tuple[str, ...]  # how scopes end that only read
    network_parameters: NetworkParameters
    limits: WrittenLimits = field(default_factory=WrittenLimits)
    twins: dict[tuple[object, ...], Operation] = field(default_factory=dict)  # by what opens and limits them

    def compile(self, *, adds_networks: bool) -> Policy:
        tree: PathTree[PathRules] = PathTree()
        operations: list[Operation] = []
        # One entry per template and base: two that come out as the same path must both allow, none hides the other.
        rules: dict[tuple[str, str], dict[str, Operation]] = {}
        places: dict[tuple[str, str], str] = {}
        for listed in self.document.operations:
            if listed.method in _UNOFFERED:
                continue
            operation = self._operation(listed)
            for base in listed.bases:
                operations.append(replace(operation, base=base))
                rules.setdefault((base, listed.template), {})[listed.method] = operations[-1]
                places.setdefault((base, listed.template), listed.place)
            if len(operations) > MAX_RULES:
                raise DocumentError(
                    f"the document lists more than {MAX_RULES} operations, counted once for each server's path",
                    place=listed.place,
                    hint="split the document, or list fewer servers",
                )
        if adds_networks and not any(each.method == "GET" and each.template == NETWORKS for each in operations):
            for base in self.document.bases:
                operations.append(self._networks_operation(base))
                rules.setdefault((base, NETWORKS), {})["GET"] = operations[-1]
        for (base, template), by_method in rules.items():
            _add(tree, base + template, by_method, places.get((base, template), ""))
        declared = {scope: words for scheme in self.document.schemes.values() for scope, words in scheme.scopes.items()}
        for scope in declared:
            _judge_scope(scope, "#/components/securitySchemes")
        used = self._used_scopes()
        return Policy(
            title=self.document.title,
            known_scopes=frozenset(declared) | frozenset(used),
            scope_texts=describe_scopes(
                declared, {scope: [each.summary or ", ".join(each.tags) for each in used[scope]] for scope in used}
            ),
            scope_operations=_described(used),
            operations=tuple(operations),
            _tree=tree,
        )

    def _used_scopes(self) -> dict[str, list[ListedOperation]]:
        """Every scope that an operation names, with the operations that name it."""
        used: dict[str, list[ListedOperation]] = {}
        for listed in self.document.operations:
            for requirement in listed.security or ():
                for name, scopes in requirement.items():
                    if self.document.schemes[name].kind == "oauth2":
                        for scope in scopes:
                            used.setdefault(scope, []).append(listed)
        return used

    def _operation(self, listed: ListedOperation) -> Operation:
        name = f"{listed.method} {listed.template}"
        alternatives = tuple(self._alternatives(listed, name))
        written = (
            scope for requirement in listed.security or () for scopes in requirement.values() for scope in scopes
        )
        shown = dict.fromkeys(scope for scope in written if any(scope in each.scopes for each in alternatives))
        operation = Operation(
            method=listed.method,
            template=listed.template,
            alternatives=alternatives,
            networkless=name in self.networkless,
            opens_to_readers=any(self._is_for_readers(each) for each in alternatives),
            shown_scopes=tuple(shown),
            limit=self.limits.find(listed),
            network_places=self.network_parameters.find(listed) if PUBLIC not in alternatives else None,
        )
        twin = self.twins.setdefault((alternatives, operation.networkless, operation.limit), operation)
        return operation if twin is operation else replace(operation, twin=twin)

    def _is_for_readers(self, alternative: Alternative) -> bool:
        reading = [any(scope.endswith(self.reading) for scope in needed) for needed in alternative.needs]
        return bool(reading) and all(reading)

    def _alternatives(self, listed: ListedOperation, name: str) -> Iterable[Alternative]:
        if listed.security is None:
            if name not in self.public:
                raise DocumentError(
                    f"{name} says nothing of security, and neither does the document as a whole",
                    place=listed.place,
                    hint=f"give it security, or name it in public_operations if it may be open: {name!r}",
                )
            yield PUBLIC
            return
        if not listed.security:  # an empty list takes the global requirement away: open, on purpose
            yield PUBLIC
        for index, requirement in enumerate(listed.security):
            place = f"{listed.security_place}/{index}"
            for scheme, scopes in requirement.items():
                if scheme not in self.document.schemes:
                    raise DocumentError(
                        f"the security scheme {scheme!r} is not defined",
                        place=place,
                        hint="define it under components/securitySchemes, or correct the name",
                    )
                for scope in scopes:
                    _judge_scope(scope, place)
        yield from read_alternatives(listed.security, self.document.schemes, needs_all=self.needs_all)

    def _networks_operation(self, base: str) -> Operation:
        return Operation(
            method="GET",
            template=NETWORKS,
            base=base,
            alternatives=(Alternative(scheme="basic"), Alternative(scheme="oauth2")),
            networkless=f"GET {NETWORKS}" in self.networkless,
        )


def _described(used: dict[str, list[ListedOperation]]) -> ScopeOperations:
    """Each operation in words once, however many scopes it names."""
    told = {listed.place: describe_operation(listed) for scope in used for listed in used[scope]}
    return {scope: [told[listed.place] for listed in used[scope]] for scope in used}


def _judge_names(
    policy: Policy, networkless: frozenset[str], named_scopes: Iterable[tuple[str, str]], inclusion: Inclusion
) -> None:
    """A misspelt name would change nothing, and nobody would know."""
    listed = {f"{operation.method} {operation.template}" for operation in policy.operations}
    for name in sorted(networkless - listed - {f"GET {NETWORKS}"}):
        raise DocumentError(
            f"networkless_operations names {name!r}, which the document does not list",
            hint='write "METHOD /path" as the document does',
        )
    known = tuple(sorted(policy.known_scopes))
    for setting, scope in named_scopes:
        if missing((scope,), known, inclusion):
            raise DocumentError(
                f"{setting} names the scope {scope!r}, which the document neither declares nor uses",
                hint="correct it, or declare the scope in the document's security scheme",
            )


def _add(tree: PathTree[PathRules], path: str, operations: dict[str, Operation], place: str) -> None:
    get = operations.get("GET")
    if get is not None:
        # HEAD after GET in Allow as well; one that is listed keeps its own rule.
        operations = {"GET": get, "HEAD": get, **operations}
    try:
        tree.add(read_template(path), PathRules(operations=operations))
    except TemplateError as fault:
        raise DocumentError(
            f"no request can ever match the path {path!r}: {fault}",
            place=place,
            hint="correct the path, or take it out of the document that the gateway reads",
        ) from fault


def _judge_scope(scope: str, place: str) -> None:
    if read_scopes(scope) != (scope,):
        raise DocumentError(
            f"the scope {scope!r} cannot be asked for: it holds a space, a comma, a quote or a backslash",
            place=place,
            hint="rename it (RFC 6749 appendix A.4)",
        )
