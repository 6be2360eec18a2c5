"""The identity headers at the API: what came unsigned is dropped, what was proven is written in its place."""

from frontdesk.receiving.identity import Identity

ASSERTION = "x-frontdesk-assertion"
PREFIX = "x-frontdesk-"
KEY = "frontdesk.identity"  # in an ASGI scope or a WSGI environ

REFUSED_BODY = b'{"message":"This call did not come through the gateway.","type":"unauthenticated"}'
UNAVAILABLE_BODY = b'{"message":"Try again in a moment.","type":"temporarilyUnavailable"}'
# RFC 9110 §15.5.2 wants a challenge with a 401. What opens this door is nothing that a caller could send itself.
CHALLENGE = 'Frontdesk-Assertion realm="api"'


def nothing_is_open(method: str, path: str) -> bool:
    """No operation goes without an identity."""
    return False


def canonical(name: str) -> str:
    """A header's name as a server that does not tell `_`, `.` and `-` apart reads it."""
    return name.lower().replace("_", "-").replace(".", "-")


def is_identity_header(name: str, network_header: str) -> bool:
    """Whether a header tells who calls, and so is believed only if it was proven."""
    plain = canonical(name)
    return plain.startswith(PREFIX) or plain == canonical(network_header)


def write_headers(identity: Identity, network_header: str) -> dict[str, str]:
    """What the gateway's headers say of a proven identity; those without a value are left out."""
    said = {
        "x-frontdesk-subject": identity.subject,
        "x-frontdesk-network": identity.network or "",
        "x-frontdesk-client": identity.client_id,
        "x-frontdesk-scheme": identity.scheme,
        "x-frontdesk-scopes": " ".join(identity.scopes),
        "x-frontdesk-role": identity.role or "",
        network_header.lower(): identity.network or "",
    }
    return {name: value for name, value in said.items() if value}
