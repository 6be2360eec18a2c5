"""Who makes a call, as an app in whose process the desk stands reads it. DESIGN D10 names the same facts as headers."""

from dataclasses import dataclass

from frontdesk.protocol.access import Admission
from frontdesk.protocol.http import Headers

SCOPE_KEY = "frontdesk"
ENVIRON_KEY = "frontdesk.caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The caller of one call: `scope["frontdesk"]` under ASGI, `environ["frontdesk.caller"]` under WSGI.

    It says what the `X-Frontdesk-*` headers of the same request say, so that an app may read either.
    """

    subject: str
    """A user's id, `network:<id>` for a network's Basic pair, `client:<id>` for an app on its own; empty: nobody."""

    network_id: str | None
    """The one network that the call acts in; None on an operation that is about no network."""

    client_id: str
    """The Basic pair's client id, or the partner app's."""

    scheme: str
    """`basic` or `oauth2`; empty where a public operation was called without a credential."""

    scopes: tuple[str, ...]
    """What the access token holds now; empty for Basic."""

    role: str | None
    """The user's role in that network, where there is a user."""

    request_id: str
    """Names this call in Frontdesk's records, and in the answer's `X-Request-Id`."""

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody in particular calls: only public operations can be."""
        return not self.subject


def caller_of(admission: Admission, *, request_id: str) -> Caller:
    """The caller that was let in here; what the identity headers of the same admission say."""
    return Caller(
        subject=admission.subject,
        network_id=None if admission.networkless else admission.network_id,
        client_id=admission.client_id,
        scheme=admission.scheme,
        scopes=admission.scopes,
        role=admission.role.value if admission.role is not None else None,
        request_id=request_id,
    )


def read_caller(identity: Headers, network_header: bytes) -> Caller:
    """The caller that a complete set of identity headers names, empty ones included."""
    said = {name: value.decode("utf-8") for name, value in identity}
    return Caller(
        subject=said[b"x-frontdesk-subject"],
        network_id=said[network_header] or None,
        client_id=said[b"x-frontdesk-client"],
        scheme=said[b"x-frontdesk-scheme"],
        scopes=tuple(said[b"x-frontdesk-scopes"].split()),
        role=said[b"x-frontdesk-role"] or None,
        request_id=said[b"x-request-id"],
    )
