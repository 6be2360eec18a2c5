"""What the server says of itself. RFC 8414, RFC 9207 §3."""

from collections.abc import Iterable

from frontdesk.protocol.pkce import METHODS

AUTHORIZE_PATH = "/oauth2/authorize"
TOKEN_PATH = "/oauth2/token"  # noqa: S105 - a path
REVOKE_PATH = "/oauth2/revoke"
INTROSPECT_PATH = "/oauth2/introspect"
METADATA_PATH = "/.well-known/oauth-authorization-server"


def metadata_document(issuer: str, scopes: Iterable[str] | None) -> dict[str, object]:
    """The authorization server metadata; `issuer` comes from the configuration, never from a request."""
    methods = ["client_secret_basic", "client_secret_post"]
    document: dict[str, object] = {
        "issuer": issuer,
        "authorization_endpoint": issuer + AUTHORIZE_PATH,
        "token_endpoint": issuer + TOKEN_PATH,
        "revocation_endpoint": issuer + REVOKE_PATH,
        "introspection_endpoint": issuer + INTROSPECT_PATH,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        # `none`: public clients, and the contract's revoke, which needs no client authentication.
        "token_endpoint_auth_methods_supported": [*methods, "none"],
        "revocation_endpoint_auth_methods_supported": [*methods, "none"],
        "introspection_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": list(METHODS),
        "authorization_response_iss_parameter_supported": True,
    }
    if scopes is not None:
        document["scopes_supported"] = sorted(scopes)
    return document
