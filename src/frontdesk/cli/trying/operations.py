"""Which of the API's operations are tried: chosen from the server's own document, one of each kind that a step needs.

Only safe methods where the server is somebody else's: a call that should be refused changes something if it is not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from frontdesk.gateway.matcher import read_template
from frontdesk.gateway.policy import NETWORKS, Policy
from frontdesk.gateway.target import Target, read_target
from frontdesk.protocol.access import Operation
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.scopes import READONLY, Inclusion, Scopes, implied

UNKNOWN = "/frontdesk-try/no-such-path"
_SAFE = ("GET", "OPTIONS")
_ASKED_FOR = "frontdesk-try"  # in the place of a parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The facts about paths, methods and scopes; a kind that the document lacks has none."""

    scopes: Scopes  # what the app asks for: one, or two of which neither includes the other
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """Chooses from a policy. `base` is the document's base path, `may_write` whether the server is the tester's own."""

    policy: Policy
    base: str
    inclusion: Inclusion
    may_write: bool

    def choose(self, scopes: Scopes = ()) -> Choice:
        """One operation of each kind. `scopes` are those that the app is known to have, in its order."""
        call = self._call(scopes)
        facts = {"path_unknown": self.base + UNKNOWN}
        if self.policy.lists("GET", NETWORKS):
            facts["path_networks"] = self.base + NETWORKS
        self._say(facts, "call", call)
        asked = scopes or (self._widest(call),) if call is not None or scopes else ()
        narrow = self._narrow(asked[:1], asked[1:] if scopes else None)
        if narrow is not None:
            operation, second = narrow
            asked = scopes or (*asked[:1], second)
            self._say(facts, "narrow", operation)
            facts["scope_s_narrow"] = " ".join(operation.shown_scopes)
        held = implied(asked[:1], self.inclusion)
        self._say(facts, "readonly", self._readonly(held, asked[:1]))
        self._say(facts, "any_token", next((one for one in self._gets() if _takes_any_token(one)), None))
        self._say(facts, "oauth_only", self._only("oauth2"))
        self._say(facts, "basic_only", self._only("basic"))
        facts |= self._unlisted()
        facts |= self._overlap()
        return Choice(scopes=asked, facts=facts)

    def _say(self, facts: dict[str, str], name: str, operation: Operation | None) -> None:
        if operation is not None:
            facts[f"path_{name}"] = operation.path
            facts[f"method_{name}"] = operation.method

    def _gets(self) -> Iterator[Operation]:
        """GETs without parameters in their path, which any caller can make up."""
        for operation in self.policy.operations:
            if operation.method == "GET" and "{" not in operation.template and self._is_alone(operation):
                yield operation

    def _is_alone(self, operation: Operation) -> bool:
        """Whether its path means this operation and no other."""
        return self.policy.match(operation.method, _target(operation.path)) == (operation,)

    def _call(self, scopes: Scopes) -> Operation | None:
        """A GET for both kinds of caller, in a network, that the app's first scope opens."""
        held = implied(scopes[:1], self.inclusion)
        for operation in self._gets():
            both = {"basic", "oauth2"} <= set(operation.schemes) and not operation.networkless
            if both and operation.shown_scopes and (not scopes or _opens(operation, held)):
                return operation
        return None

    def _widest(self, operation: Operation | None) -> str:
        """Of an operation's scopes the one that includes most: `resources` before `resources.readonly`."""
        shown = operation.shown_scopes if operation is not None else ()
        return max(shown, key=lambda scope: len(implied((scope,), self.inclusion)), default="")

    def _narrow(self, first: Scopes, others: Scopes | None) -> tuple[Operation, str] | None:
        """A GET that the first scope does not open, and the scope that does. `others`: which the app has besides."""
        held = implied(first, self.inclusion)
        for operation in self._gets():
            if "oauth2" not in operation.schemes or not operation.shown_scopes or operation.networkless:
                continue
            second = self._widest(operation)
            if first and not _opens(operation, held) and not {second} & held and (others is None or others):
                return operation, second
        return None

    def _readonly(self, held: frozenset[str], first: Scopes) -> Operation | None:
        """A GET whose one scope is what the first one includes."""
        for operation in self._gets():
            shown = operation.shown_scopes
            if len(shown) == 1 and shown[0].endswith(READONLY) and shown[0] in held and shown[0] not in first:
                return operation if not operation.networkless else None
        return None

    def _only(self, scheme: str) -> Operation | None:
        """An operation for one scheme alone: a GET, or any where nobody's data is at stake."""
        found = [one for one in self.policy.operations if one.schemes == (scheme,) and "{" not in one.template]
        found = [one for one in found if self._is_alone(one)]
        gets = [one for one in found if one.method == "GET"]
        return next(iter(gets or (found if self.may_write else [])), None)

    def _unlisted(self) -> dict[str, str]:
        """A path with a method that it does not list: GET, else OPTIONS."""
        paths = [one.template for one in self.policy.operations if "{" not in one.template]
        for method in _SAFE:
            for path in paths:
                outcome = self.policy.match(method, _target(self.base + path))
                if isinstance(outcome, Refusal) and outcome.reason is Reason.METHOD_NOT_ALLOWED:
                    return {
                        "path_unlisted": self.base + path,
                        "method_unlisted": method,
                        "method_s_listed": " ".join(outcome.allow),
                    }
        return {}

    def _overlap(self) -> dict[str, str]:
        """A path that two templates fit, neither more specific, and a safe method that neither lists."""
        templates = sorted({one.template for one in self.policy.operations if "{" in one.template})
        for one, other in combinations(templates, 2):
            path = _meet(one, other)
            if path is None:
                continue
            for method in _SAFE:
                outcome = self.policy.match(method, _target(self.base + path))
                if isinstance(outcome, Refusal) and outcome.reason is Reason.METHOD_NOT_ALLOWED:
                    return {
                        "path_overlap": self.base + path,
                        "method_overlap": method,
                        "method_s_overlap": " ".join(outcome.allow),
                    }
        return {}


def _opens(operation: Operation, held: frozenset[str]) -> bool:
    return any(one.scheme == "oauth2" and one.is_met(held) for one in operation.alternatives)


def _takes_any_token(operation: Operation) -> bool:
    return any(one.scheme == "oauth2" and not one.needs for one in operation.alternatives)


def _target(path: str) -> Target:
    target = read_target(path.encode("ascii", "replace"))
    return target if isinstance(target, Target) else Target("/", "/", "/", b"")


def _meet(one: str, other: str) -> str | None:
    """A path that fits both templates where each is the more specific at some place; None where there is none."""
    left, right = read_template(one), read_template(other)
    if len(left) != len(right):
        return None
    parts: list[str] = []
    wins = [0, 0]
    for mine, theirs in zip(left, right, strict=True):
        literals = [segment.pieces[0] for segment in (mine, theirs) if len(segment.pieces) == 1]
        if len(set(literals)) > 1 or any(len(segment.pieces) > 1 and any(segment.pieces) for segment in (mine, theirs)):
            return None
        wins[0] += mine.rank > theirs.rank
        wins[1] += theirs.rank > mine.rank
        parts.append(literals[0] if literals else _ASKED_FOR)
    return "/" + "/".join(parts) if all(wins) else None


def base_of(bases: Sequence[str]) -> str:
    """The base path under which operations are asked for; the first that the document names."""
    return bases[0] if bases else ""
