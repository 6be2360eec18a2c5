"""Every knob, in one frozen record; each is also a key of the file, a `FRONTDESK_…` variable and mostly a flag."""

from dataclasses import dataclass, field
from pathlib import Path

from frontdesk.protocol.languages import OFFERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Defaults are the contract's. Sizes are bytes, times are seconds."""

    data: Path = Path("frontdesk-data")
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    public_url: str = ""  # empty: http://<host>:<port>
    # The administration API, on a port of its own
    admin_host: str = "127.0.0.1"
    admin_port: int | None = None  # None: there is none
    # The API behind the gateway
    upstream: str = ""  # http://host:port[/base]; empty: no built-in proxy
    openapi: Path | None = None
    serve_networks: bool | None = None  # None: where the document has GET /networks/v1
    networkless_operations: tuple[str, ...] = ("GET /networks/v1",)
    network_header: str = "spacebring-network-id"
    network_parameters: tuple[str, ...] = ()  # "path:networkId", "query:networkId", "path:networks/{id}"
    scope_match: str = "any"  # or "all"
    implied_scopes: tuple[str, ...] = (".readonly",)  # ".readonly": x includes x.readonly; "a > b": a includes b
    role_scopes: tuple[str, ...] = ()  # "member: *.readonly": what an app may do where its user is a member
    public_operations: tuple[str, ...] = ()  # operations without security that may be open: "GET /health"
    requests_per_second: int = 10
    burst: int | None = None  # calls of one credential at one instant; None: a second's worth
    network_share: int = 100  # percent of a grant's limit that one of its networks may take
    max_body: int = 10 * 1024 * 1024
    upstream_timeout: int = 60  # until an answer begins
    upstream_connect_timeout: int = 5
    upstream_silence_timeout: int = 60  # between two pieces of an answer
    upstream_total_timeout: int = 3600
    upstream_connections: int = 200  # calls that the API works on at once, of each worker
    upstream_waiting: int = 1000  # calls that wait for their turn
    upstream_streams: int = 1000  # large bodies, event streams and WebSockets under way
    websocket_origins: tuple[str, ...] = ()  # besides the public origin; "*": any
    websocket_message: int = 1024 * 1024
    websocket_idle_timeout: int = 300
    max_connections: int = 10_000  # of callers, of each worker
    address_connections: int = 1_000  # of one address among them
    # Who may ask /_frontdesk/check: addresses or networks, and/or a shared secret in X-Frontdesk-Check-Secret
    check_peers: tuple[str, ...] = ()
    check_secret: str = field(default="", repr=False)
    # A unix socket beside the port; whoever may open it (mode 0660) is taken for a check peer and a trusted proxy
    proxy_socket: Path | None = None
    # Whether the API is told who calls in a signed form, and what it is called there (empty: its origin, or ours)
    assertion: str = "off"  # or "on"
    assertion_audience: str = ""
    # Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed
    trusted_proxies: tuple[str, ...] = ()
    # People
    mail: str = field(default="console:", repr=False)  # smtp://user:pass@host:port, file:///folder, console:
    mail_from: str = "frontdesk@localhost"
    product_name: str = "Frontdesk"
    logo: Path | None = None  # a PNG or SVG before the name, on pages
    accent: str = ""  # "#rrggbb"; empty: our own
    accent_dark: str = ""  # the same on dark pages; empty: as `accent`
    help_url: str = ""
    privacy_url: str = ""
    languages: tuple[str, ...] = OFFERED  # the first is for those whose own is not among them
    # The provider's own sign-in (OpenID Connect), beside the code by mail; offered where an issuer is named
    sign_in_issuer: str = ""
    sign_in_client_id: str = ""
    sign_in_client_secret: str = field(default="", repr=False)
    sign_in_name: str = ""
    picker_roles: tuple[str, ...] = ("owner", "administrator")
    members: str = "here"  # or "elsewhere": a network's people are changed in a database of yours, and shown here
    secrets: str = "sealed"  # or "once": a network's secret is kept so that its owner can see it again, or told once
    partner_sign_up: str = "users"  # "open": anybody with a mailbox; "closed": nobody by themselves
    partner_test_network: str = ""  # a network in which every partner may try apps out
    # Leaks
    leak_keys: Path | None = None  # public keys of those who may report leaks; None: nobody may
    leaked_secrets: str = "tell"  # or "end": what becomes of a reported client or network secret
    revoke_leaked_in_url: bool = False  # a token that comes in a URL, where it does not belong, ends
    # Refusals
    enforcement: str = "on"  # or "shadow": calls are judged, and let through all the same
    explain_sample: int = 100  # of so many allowed calls one is kept beside the refused ones; 0: none
    explain_kept: int = 100_000  # decisions
    explain_days: int = 7
    # Lifetimes
    access_token_lifetime: int = 3600
    code_lifetime: int = 60
    grants_per_connection: int = 50
    # Logs
    log_level: str = "info"

    @property
    def issuer(self) -> str:
        """The public origin without a slash at its end: `iss`, links in mails, form checks."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def admin_url(self) -> str:
        """Where the administration listens, without a slash at its end; empty where it does not."""
        host = f"[{self.admin_host}]" if ":" in self.admin_host else self.admin_host
        return f"http://{host}:{self.admin_port}" if self.admin_port is not None else ""

    @property
    def audience(self) -> str:
        """What the API is called in a signed assertion: its own origin, or ours where only other proxies know it."""
        scheme, slashes, rest = (self.upstream or self.issuer).partition("://")
        return self.assertion_audience or f"{scheme}{slashes}{rest.partition('/')[0]}"

    @property
    def is_https(self) -> bool:
        """Whether the public origin is https: then cookies are `__Host-` and plain http is refused."""
        return self.issuer.startswith("https://")
