"""Headers that a proxy in front sets, takes away or never lets through, in the spelling of its configuration."""

from frontdesk.gateway.identity import MISLEADING

# What a check answers about the caller; set over the caller's own, whether it has a value or not (HS-03).
IDENTITY = (
    "X-Frontdesk-Subject",
    "X-Frontdesk-Network",
    "X-Frontdesk-Client",
    "X-Frontdesk-Scheme",
    "X-Frontdesk-Scopes",
    "X-Frontdesk-Role",
    "X-Frontdesk-Assertion",
    "X-Frontdesk-Shadow",
)
# Between proxy and desk only.
INTERNAL = ("X-Frontdesk-Check-Secret", "X-Frontdesk-Refusal")
# What a refusal says beside its body.
REFUSAL = ("Allow", "Cache-Control", "Content-Type", "Retry-After", "WWW-Authenticate", "X-Content-Type-Options",
           "X-Request-Id")  # fmt: skip
# Told by the check about the limit, for the caller.
LIMIT = ("RateLimit", "RateLimit-Policy")
_FORWARDED = ("By", "Client-Cert", "For", "Host", "Method", "Path", "Port", "Prefix", "Proto", "Scheme", "Server",
              "Ssl", "Uri", "Url", "User")  # fmt: skip
# Where a proxy can take headers away by their whole name only.
MISLEADING_NAMES = tuple(sorted({*(name.decode().title() for name in MISLEADING), "X-Original-Path"})) + tuple(
    f"X-Forwarded-{name}" for name in _FORWARDED
)
# Where it can take them away by patterns: all that begin so, and these.
PREFIXES = ("x-frontdesk", "x-forwarded")
OTHER_MISLEADING = tuple(name.lower() for name in MISLEADING_NAMES if not name.startswith("X-Forwarded-"))
# Passed on as they are; in another spelling they could only confuse a server behind.
ONE_SPELLING = ("content-encoding", "content-length", "content-type", "proxy-authorization", "transfer-encoding")

# Where a certificate is looked for unless one is named.
CERTIFICATE = "/etc/frontdesk/tls/fullchain.pem"
KEY = "/etc/frontdesk/tls/privkey.pem"
