"""Every knob, in one frozen record; each is also a key of the file, a `FRONTDESK_…` variable and mostly a flag."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Defaults are the contract's. Sizes are bytes, times are seconds."""

    data: Path = Path("frontdesk-data")
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    public_url: str = ""  # empty: http://<host>:<port>
    # The API behind the gateway
    upstream: str = ""  # http://host:port[/base]; empty: no built-in proxy
    openapi: Path | None = None
    serve_networks: bool | None = None  # None: where the document has GET /networks/v1
    networkless_operations: tuple[str, ...] = ("GET /networks/v1",)
    network_header: str = "spacebring-network-id"
    scope_match: str = "any"  # or "all"
    implied_scopes: tuple[str, ...] = (".readonly",)  # ".readonly": x includes x.readonly; "a > b": a includes b
    role_scopes: tuple[str, ...] = ()  # "member: *.readonly": what an app may do where its user is a member
    public_operations: tuple[str, ...] = ()  # operations without security that may be open: "GET /health"
    requests_per_second: int = 10
    max_body: int = 10 * 1024 * 1024
    upstream_timeout: int = 60
    # Who may ask /_frontdesk/check: addresses or networks, and/or a shared secret in X-Frontdesk-Check-Secret
    check_peers: tuple[str, ...] = ()
    check_secret: str = field(default="", repr=False)
    # Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed
    trusted_proxies: tuple[str, ...] = ()
    # People
    mail: str = field(default="console:", repr=False)  # smtp://user:pass@host:port, file:///folder, console:
    mail_from: str = "frontdesk@localhost"
    product_name: str = "Frontdesk"
    help_url: str = ""
    privacy_url: str = ""
    picker_roles: tuple[str, ...] = ("owner", "administrator")
    secrets: str = "sealed"  # or "once": a network's secret is kept so that its owner can see it again, or told once
    # Leaks
    leak_keys: Path | None = None  # public keys of those who may report leaks; None: nobody may
    leaked_secrets: str = "tell"  # or "end": what becomes of a reported client or network secret
    revoke_leaked_in_url: bool = False  # a token that comes in a URL, where it does not belong, ends
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
    def is_https(self) -> bool:
        """Whether the public origin is https: then cookies are `__Host-` and plain http is refused."""
        return self.issuer.startswith("https://")
