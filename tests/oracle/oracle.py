"""What the contract says of the reference document's operations, read from the JSON alone: no code of the product.

Scopes: an operation's list means any one of them, `x` includes `x.readonly`, an empty list needs a valid token only.
Order: credential, scheme, network, scope. The callers: a Basic pair of one network, and a grant with two networks.
"""

import json
from pathlib import Path

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "spacebring-openapi.json"
METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
NETWORKLESS = {("GET", "/networks/v1")}
ADMITTED = (200, "")


class Oracle:
    """Answers for one document."""

    def __init__(self, path: Path = REFERENCE) -> None:
        document = json.loads(path.read_text("utf-8"))
        schemes = document["components"]["securitySchemes"]
        self.kinds = {
            name: "basic" if scheme.get("scheme") == "basic" else scheme["type"] for name, scheme in schemes.items()
        }
        self.security = {
            (method.upper(), template): operation.get("security", document.get("security"))
            for template, item in document["paths"].items()
            for method, operation in item.items()
            if method in METHODS
        }
        declared = {
            scope
            for scheme in schemes.values()
            for flow in scheme.get("flows", {}).values()
            for scope in flow["scopes"]
        }
        used = {
            scope
            for alternatives in self.security.values()
            for alternative in alternatives
            for name, scopes in alternative.items()
            if self.kinds[name] == "oauth2"
            for scope in scopes
        }
        self.known_scopes = sorted(declared | used)
        self.readonly_scopes = sorted(scope for scope in declared if scope.endswith(".readonly"))

    def expect(self, method: str, template: str, scheme: str, scopes: list[str], network: str) -> tuple[int, str]:
        """Status and type; `scheme` is none, wrong, basic or oauth2, `network` granted, foreign or none."""
        if scheme in ("none", "wrong"):
            return 401, "unauthenticated"
        lists = [
            needed
            for alternative in self.security[method, template]
            if len(alternative) == 1
            for name, needed in alternative.items()
            if self.kinds[name] == scheme
        ]
        if not lists:
            return 403, "schemeForbidden"
        if network == "foreign":
            return 403, "networkForbidden"
        if scheme == "basic":
            return ADMITTED
        if network == "none" and (method, template) not in NETWORKLESS:
            return 400, "networkRequired"
        held = {*scopes, *(scope + ".readonly" for scope in scopes)}
        if any(not needed or held.intersection(needed) for needed in lists):
            return ADMITTED
        return 403, "insufficientScope"
