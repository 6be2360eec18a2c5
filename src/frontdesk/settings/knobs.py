"""What each setting is, for people: the text of the template, of `config show` and of error messages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """One setting's place and text. `example` is what the template shows where the default says nothing."""

    group: str
    text: str
    example: object = None
    secret: bool = False  # never shown; may be read from a file by FRONTDESK_<NAME>_FILE


_SERVER = "The server"
_API = "The API behind the gateway"
_PROXIES = "Proxies, and who may ask for a check"
_PEOPLE = "People and mail"
_LEAKS = "Leaks"
_TIMES = "Lifetimes and limits"
_LOGS = "Logs"

KNOBS: dict[str, Knob] = {
    "data": Knob(group=_SERVER, text="Data folder: database and keys. On a local disk."),
    "host": Knob(group=_SERVER, text="Address to listen on."),
    "port": Knob(group=_SERVER, text="Port to listen on, 0 to 65535; 0 takes a free one."),
    "workers": Knob(group=_SERVER, text="Serving processes, 1 to 256."),
    "public_url": Knob(
        group=_SERVER,
        text="What people and partners see: https://name[:port], or http:// on this machine. Empty: http://host:port.",
        example="https://api.example.com",
    ),
    "upstream": Knob(
        group=_API,
        text="Your API, http(s)://host:port[/base]. Empty: no built-in proxy, only /_frontdesk/check.",
        example="http://127.0.0.1:9000",
    ),
    "openapi": Knob(
        group=_API,
        text="Your API's OpenAPI 3.0 or 3.1 document, JSON or YAML: the policy. What it does not list is refused.",
        example="openapi.json",
    ),
    "serve_networks": Knob(
        group=_API,
        text="Answer GET /networks/v1 here. Not set: where the document has it.",
        example=True,
    ),
    "networkless_operations": Knob(group=_API, text='Operations that need no network, as "METHOD /path".'),
    "network_header": Knob(group=_API, text="Name of the header in which a partner names the network."),
    "scope_match": Knob(
        group=_API, text='What a list of scopes in the document means: "any" of them is enough, or "all" are needed.'
    ),
    "implied_scopes": Knob(
        group=_API,
        text='Which scopes include others: an ending (every x includes x.readonly), or a pair, "a > b" (a includes b).',
    ),
    "role_scopes": Knob(
        group=_API,
        text='What apps may do in a network where their user has a role, as "ROLE: SCOPE *.ENDING"; else: no limit.',
        example=("member: *.readonly",),
    ),
    "public_operations": Knob(
        group=_API,
        text='Operations without security in the document that may be open to everybody, as "METHOD /path".',
        example=("GET /health",),
    ),
    "requests_per_second": Knob(
        group=_API, text="Calls a second for each credential, 1 to 100000; as many may come at once."
    ),
    "max_body": Knob(group=_API, text="Largest request body that is passed on, in bytes."),
    "upstream_timeout": Knob(group=_API, text="Seconds that your API may take to begin its answer, 1 to 3600."),
    "check_peers": Knob(
        group=_PROXIES,
        text="Addresses or networks (CIDR) of the proxies that may ask /_frontdesk/check.",
        example=("127.0.0.1", "10.0.0.0/24"),
    ),
    "check_secret": Knob(
        group=_PROXIES,
        text="A secret of 16 or more characters that such a proxy sends in X-Frontdesk-Check-Secret.",
        secret=True,
    ),
    "trusted_proxies": Knob(
        group=_PROXIES,
        text="Addresses or networks (CIDR) of the proxies whose X-Forwarded-For and -Proto are believed.",
        example=("127.0.0.1",),
    ),
    "mail": Knob(
        group=_PEOPLE,
        text="Where mail goes: smtp://[user:password@]host[:port], smtps://…, file:///folder or console: (shown).",
        example="smtp://user:password@mail.example.com:587",
        secret=True,
    ),
    "mail_from": Knob(group=_PEOPLE, text="Sender of the mails: an address, or Name <address>."),
    "product_name": Knob(group=_PEOPLE, text="What people call your product; shown on pages and in mails."),
    "help_url": Knob(
        group=_PEOPLE, text="Where people find help: https://… or mailto:…", example="https://example.com/help"
    ),
    "privacy_url": Knob(group=_PEOPLE, text="Your privacy notice: https://…", example="https://example.com/privacy"),
    "picker_roles": Knob(
        group=_PEOPLE, text='Who may connect a network to an app: of "owner", "administrator", "member".'
    ),
    "secrets": Knob(
        group=_PEOPLE,
        text='"sealed": a network\'s owner can see its API secret again, kept sealed. "once": told once, not kept.',
    ),
    "leak_keys": Knob(
        group=_LEAKS,
        text="Public keys (JSON or PEM) of those who may report leaks to /_frontdesk/leaks. Not set: nobody.",
        example="github-secret-scanning-keys.json",
    ),
    "leaked_secrets": Knob(
        group=_LEAKS, text='A reported client or network secret: "tell" its owner, or "end" it and stop its programs.'
    ),
    "revoke_leaked_in_url": Knob(
        group=_LEAKS, text="End a token that comes in a URL where it may not stand, besides refusing the request."
    ),
    "access_token_lifetime": Knob(group=_TIMES, text="Seconds that an access token lives, 60 to 86400."),
    "code_lifetime": Knob(group=_TIMES, text="Seconds that an authorization code lives, 10 to 600."),
    "grants_per_connection": Knob(
        group=_TIMES, text="Refresh tokens that one user's connection to one app may hold, 1 to 1000."
    ),
    "log_level": Knob(group=_LOGS, text='"debug", "info", "warning" or "error".'),
}
