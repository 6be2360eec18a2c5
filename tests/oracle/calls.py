"""What the contract says of a whole call: its checks 1 to 7 in their order, and who is told to the API.

Read from the JSON and from a list of living credentials alone: no code of the product.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from oracle.oracle import NETWORKLESS, REFERENCE, Oracle
from oracle.reading import is_readable_query, read_credential, read_network, read_path

NETWORK_HEADER = "spacebring-network-id"
SAID = ("subject", "network", "client", "scheme", "scopes", "role", "network header")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whom a living credential stands for, as the desk was told when it was made."""

    scheme: str  # basic or oauth2
    subject: str
    client: str
    scopes: tuple[str, ...] = ()  # in the order asked for
    networks: dict[str, str] = field(default_factory=dict)  # open now -> the user's role there ("" for Basic)
    given: tuple[str, ...] = ()  # every network that it was ever given


@dataclass(frozen=True, slots=True)
class Verdict:
    """One decision as an outsider sees it; `operations` and `said` are what the API behind saw of an admitted call."""

    status: int
    type: str = ""
    operations: frozenset[str] = frozenset()
    said: tuple[str, ...] = ()  # in the order of SAID; empty where there is nothing to say


MALFORMED, UNAUTHENTICATED = Verdict(400, "invalidRequest"), Verdict(401, "unauthenticated")


class CallOracle(Oracle):
    """Answers for one document and for the credentials that live."""

    def __init__(self, holders: dict[tuple[str, str], Holder], path: Path = REFERENCE) -> None:
        """`holders` by (scheme, token or `user:password`)."""
        super().__init__(path)
        self.holders = holders
        self._by_length: dict[int, list[tuple[str, list[re.Pattern[str]], list[bool]]]] = {}
        for template in dict.fromkeys(template for _, template in self.security):
            parts = template.split("/")
            patterns = [re.compile(re.sub(r"\\\{[^{}]+\\\}", "[^/]+", re.escape(part))) for part in parts]
            row = (template, patterns, ["{" not in part for part in parts])
            self._by_length.setdefault(len(parts), []).append(row)

    def templates(self, path: str) -> set[str]:
        """The templates that fit a decoded path, less those that another one is more concrete than."""
        parts = path.split("/")
        fitting = [
            (template, concrete)
            for template, patterns, concrete in self._by_length.get(len(parts), [])
            if all(pattern.fullmatch(part) for pattern, part in zip(patterns, parts, strict=True))
        ]
        return {
            template
            for template, concrete in fitting
            if not any(other != concrete and all(map(int.__ge__, other, concrete)) for _, other in fitting)
        }

    def operations(self, method: str, path: str) -> frozenset[str] | None:
        """The operations that a call means (HEAD follows GET); None: no such path, empty: not this method."""
        templates = self.templates(path)
        if not templates:
            return None
        followed = "GET" if method == "HEAD" else method
        return frozenset(f"{followed} {each}" for each in templates if (followed, each) in self.security)

    def judge(self, method: str, target: bytes, headers: list[tuple[bytes, bytes]]) -> Verdict:
        """Decide one well-framed call; header names are lower-case, values without blanks around them."""
        path, mark, query = target.partition(b"?")
        decoded = read_path(path)
        if decoded is None or (mark and not is_readable_query(query)):
            return MALFORMED
        sent = [value for name, value in headers if name == b"authorization"]
        named = [value for name, value in headers if re.sub(rb"[_.]", b"-", name) == NETWORK_HEADER.encode()]
        if len(sent) > 1 or any(b"," in value or not value.isascii() for value in sent) or len(named) > 1:
            return MALFORMED
        network = read_network(named[0]) if named else None
        if named and (network is None or NETWORK_HEADER.encode() not in dict(headers)):
            return MALFORMED
        operations = self.operations(method, decoded)
        if self.templates(path.decode("ascii")) - self.templates(decoded):
            return MALFORMED  # a server that decodes nothing would run something else
        if operations is None:
            return Verdict(404, "unknownOperation")
        if not operations:
            return Verdict(405, "methodNotAllowed")
        credential = read_credential(sent[0]) if sent else None
        holder = self.holders.get(credential) if credential else None
        return self._admit(holder, operations, network) if holder else UNAUTHENTICATED

    def _admit(self, holder: Holder, operations: frozenset[str], network: str | None) -> Verdict:
        names = [tuple(operation.split(" ", 1)) for operation in sorted(operations)]
        needs_none = all(name in NETWORKLESS for name in names)
        place = self._place(holder, network)
        states = [
            self.expect(*name, holder.scheme, list(holder.scopes), "none" if needs_none and not network else place)
            for name in names
        ]
        # The contract's order holds over all operations together: no scheme, then no network, then no scope.
        for refused in ((403, "schemeForbidden"), (400, "networkRequired"), (403, "networkForbidden")):
            if refused in states:
                return Verdict(*refused)
        if (403, "insufficientScope") in states:
            return Verdict(403, "insufficientScope")
        return Verdict(200, "", operations, self._said(holder, network, needs_none=needs_none))

    def _place(self, holder: Holder, network: str | None) -> str:
        """`granted`, `foreign` or `none`, after the network that a credential given exactly one stands for."""
        if network is None and len(holder.given) != 1:
            return "none"
        return "granted" if (network or holder.given[0]) in holder.networks else "foreign"

    @staticmethod
    def _said(holder: Holder, network: str | None, *, needs_none: bool) -> tuple[str, ...]:
        chosen = network or (holder.given[0] if len(holder.given) == 1 and not needs_none else "")
        role = holder.networks.get(chosen, "")
        told = "" if needs_none else chosen
        return holder.subject, told, holder.client, holder.scheme, " ".join(holder.scopes), role, told
