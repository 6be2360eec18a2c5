"""For an API behind Frontdesk: who makes this call, as the gateway signed it. RFC 9700 §4.13, RFC 8725.

verifier = AssertionVerifier(issuer="https://api.example.com", audience="http://127.0.0.1:9000")
app = RequireIdentity(app, verifier)            # frontdesk.receiving.asgi or .wsgi
identity = request.scope["frontdesk.identity"]  # WSGI: environ["frontdesk.identity"]
"""

from frontdesk.receiving.identity import Identity
from frontdesk.receiving.refused import AssertionRefusedError, KeysUnavailableError
from frontdesk.receiving.replays import ReplayCache
from frontdesk.receiving.verifier import AssertionVerifier

__all__ = ["AssertionRefusedError", "AssertionVerifier", "Identity", "KeysUnavailableError", "ReplayCache"]
