"""The policy that decides now, for everybody who works with it: a reload puts another in its place in one step."""

from collections.abc import Callable, Iterator, Mapping

from frontdesk.gateway.policy import NETWORKS, Policy
from frontdesk.protocol.access import opens
from frontdesk.protocol.scope_operations import ScopeOperations


class PolicyInForce:
    """Holds one policy. Whoever keeps something made of it watches for the next; all others read it when they need it.

    Used from one event loop only, so that nobody ever sees half a change.
    """

    def __init__(self, policy: Policy, *, has_document: bool) -> None:
        """`has_document` is False where no document is configured: then nobody knows which scopes there are."""
        self.policy = policy
        self.trouble = ""  # why the document as it is now is not in force; empty where it is
        self.scope_texts: Mapping[str, str] = _ScopeTexts(self)
        self._has_document = has_document
        self._watchers: list[Callable[[Policy], None]] = []

    def put(self, policy: Policy) -> None:
        """Decide by this one from now on, everywhere."""
        self.policy = policy
        self.trouble = ""
        for watcher in self._watchers:
            watcher(policy)

    def watch(self, watcher: Callable[[Policy], None]) -> None:
        """Tell of each policy that takes another's place."""
        self._watchers.append(watcher)

    def scope_operations(self) -> ScopeOperations:
        """The operations that name each scope."""
        return self.policy.scope_operations

    def known_scopes(self) -> frozenset[str] | None:
        """The scopes that a client may ask for; None where no document says which there are."""
        return self.policy.known_scopes if self._has_document else None

    def curl_path(self) -> str:
        """A GET without parameters that HTTP Basic opens, for the ready-made curl line."""
        for operation in self.policy.operations:
            if operation.method == "GET" and "{" not in operation.path and "basic" in operation.schemes:
                return operation.path
        return NETWORKS

    def basic_operations(self) -> tuple[str, ...]:
        """Those that HTTP Basic opens, "GET /v1/rooms", in the document's order."""
        return self.policy.basic_operations

    def bearer_path(self, held: frozenset[str]) -> str:
        """A GET without parameters that a token with these scopes opens, for a partner's first call."""
        for operation in self.policy.operations:
            is_plain_get = operation.method == "GET" and "{" not in operation.path
            if is_plain_get and "oauth2" in operation.schemes and opens(operation, held):
                return operation.path
        return NETWORKS


class _ScopeTexts(Mapping[str, str]):
    """What each scope allows, by the policy of the moment."""

    def __init__(self, in_force: PolicyInForce) -> None:
        self._in_force = in_force

    def __getitem__(self, scope: str) -> str:
        return self._in_force.policy.scope_texts[scope]

    def __iter__(self) -> Iterator[str]:
        return iter(self._in_force.policy.scope_texts)

    def __len__(self) -> int:
        return len(self._in_force.policy.scope_texts)
