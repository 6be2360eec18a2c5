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
_REFUSALS = "Refusals, and what is kept of them"
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
    "admin_host": Knob(
        group=_SERVER, text="Address that the administration API listens on. Only this machine reaches 127.0.0.1."
    ),
    "admin_port": Knob(
        group=_SERVER,
        text="Port of the administration API (docs/admin-api.md), 0 to 65535. Not set: there is none.",
        example=8001,
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
    "network_parameters": Knob(
        group=_API,
        text="Parameters of paths and queries that name a network; it must be the one that the call is in.",
        example=("path:networkId", "path:networks/{id}", "query:networkId"),
    ),
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
        group=_API, text="Calls a second for each credential, 1 to 100000; the document may say otherwise."
    ),
    "burst": Knob(
        group=_API,
        text="Calls of one credential that may come at once, 1 to 100000. Not set: as many as requests_per_second.",
        example=20,
    ),
    "network_share": Knob(
        group=_API,
        text="Percent of a token's limits that each of its networks may take, 1 to 100: none then starves the others.",
    ),
    "max_body": Knob(group=_API, text="Largest request body that is passed on, in bytes."),
    "upstream_timeout": Knob(group=_API, text="Seconds that your API may take to begin its answer, 1 to 3600."),
    "upstream_connect_timeout": Knob(
        group=_API, text="Seconds that a connection to your API may take, and that a call waits for its turn, 1 to 60."
    ),
    "upstream_silence_timeout": Knob(
        group=_API, text="Seconds of silence in the middle of an answer after which it is broken off, 1 to 3600."
    ),
    "upstream_total_timeout": Knob(group=_API, text="Seconds that one call may take in all, 1 to 86400."),
    "upstream_connections": Knob(
        group=_API,
        text="Calls that your API works on at once, for each worker, 4 to 10000; others wait for their turn.",
    ),
    "upstream_waiting": Knob(
        group=_API, text="Calls that may wait for their turn, for each worker, 0 to 100000; the next one gets a 503."
    ),
    "upstream_streams": Knob(
        group=_API, text="Large bodies, event streams and WebSockets under way, for each worker, 4 to 100000."
    ),
    "websocket_origins": Knob(
        group=_API,
        text='Origins whose pages may open WebSockets, besides public_url: https://app.example.com. "*": all.',
        example=("https://app.example.com",),
    ),
    "websocket_message": Knob(group=_API, text="Largest WebSocket message, in bytes as it is sent."),
    "websocket_idle_timeout": Knob(
        group=_API, text="Seconds without a frame after which a WebSocket is closed, 1 to 86400."
    ),
    "max_connections": Knob(
        group=_API, text="Connections that callers may hold, for each worker, 10 to 1000000; a further one gets a 503."
    ),
    "address_connections": Knob(
        group=_API, text="How many of them one address may hold; trusted_proxies and check_peers are not counted."
    ),
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
    "proxy_socket": Knob(
        group=_PROXIES,
        text="A unix socket (mode 0660) to listen on too: whoever may open it is believed, as both lists' members are.",
        example="/run/frontdesk/proxy.sock",
    ),
    "assertion": Knob(
        group=_API,
        text='"on": your API is also told who calls in X-Frontdesk-Assertion, signed; keys at /.well-known/jwks.json.',
    ),
    "assertion_audience": Knob(
        group=_API,
        text="What your API is called in a signed assertion (aud). Empty: upstream's origin, else public_url.",
        example="https://api.internal.example.com",
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
    "logo": Knob(
        group=_PEOPLE,
        text="Your logo, before that name on pages: a PNG or plain SVG, at most 16 kB (docs/looks.md). Not set: ours.",
        example="logo.svg",
    ),
    "accent": Knob(
        group=_PEOPLE,
        text="Your colour for links and buttons, #rrggbb; refused where its contrast is below 4.5:1. Empty: ours.",
        example="#5b3fa8",
    ),
    "accent_dark": Knob(
        group=_PEOPLE, text="The same for dark pages, which need a light one. Empty: accent.", example="#b9a5f0"
    ),
    "help_url": Knob(
        group=_PEOPLE, text="Where people find help: https://… or mailto:…", example="https://example.com/help"
    ),
    "privacy_url": Knob(group=_PEOPLE, text="Your privacy notice: https://…", example="https://example.com/privacy"),
    "languages": Knob(
        group=_PEOPLE,
        text="Languages of pages and mails, of en, uk, de, es, fr, ar; the first one where nobody asks for another.",
    ),
    "sign_in_issuer": Knob(
        group=_PEOPLE,
        text="Your own sign-in, by OpenID Connect: its issuer, https://… Empty: people sign in by mail or passkey.",
        example="https://accounts.example.com",
    ),
    "sign_in_client_id": Knob(
        group=_PEOPLE,
        text="What your sign-in calls Frontdesk. Let it send people back to public_url + /sign-in/provider/callback.",
        example="frontdesk",
    ),
    "sign_in_client_secret": Knob(group=_PEOPLE, text="The secret by which your sign-in knows Frontdesk.", secret=True),
    "sign_in_name": Knob(
        group=_PEOPLE, text="What people call that account, as the button says it.", example="Example ID"
    ),
    "picker_roles": Knob(
        group=_PEOPLE, text='Who may connect a network to an app: of "owner", "administrator", "member".'
    ),
    "members": Knob(
        group=_PEOPLE,
        text='Who changes a network\'s people: its owner and administrators "here", or "elsewhere" (frontdesk sync).',
    ),
    "secrets": Knob(
        group=_PEOPLE,
        text='"sealed": a network\'s owner can see its API secret again, kept sealed. "once": told once, not kept.',
    ),
    "partner_sign_up": Knob(
        group=_PEOPLE,
        text='Who may begin to make apps: "users" who have an account, "open" to anybody with a mailbox, or "closed".',
    ),
    "partner_test_network": Knob(
        group=_PEOPLE,
        text="A network's id: every new partner becomes its administrator, to try apps out. Empty: none.",
        example="018f6c2a-91aa-7000-8000-000000000000",
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
    "enforcement": Knob(
        group=_REFUSALS,
        text='"on", or "shadow": calls are judged and counted, and let through all the same (docs/shadow.md).',
    ),
    "explain_sample": Knob(
        group=_REFUSALS,
        text="Of so many allowed calls one is kept for 'frontdesk explain', beside every refused one; 0: none.",
    ),
    "explain_kept": Knob(group=_REFUSALS, text="Decisions that are kept for 'frontdesk explain'; 0: none."),
    "explain_days": Knob(group=_REFUSALS, text="Days that a decision is kept at most, 1 to 30."),
    "access_token_lifetime": Knob(group=_TIMES, text="Seconds that an access token lives, 60 to 86400."),
    "code_lifetime": Knob(group=_TIMES, text="Seconds that an authorization code lives, 10 to 600."),
    "grants_per_connection": Knob(
        group=_TIMES, text="Refresh tokens that one user's connection to one app may hold, 1 to 1000."
    ),
    "log_level": Knob(group=_LOGS, text='"debug", "info", "warning" or "error".'),
}
