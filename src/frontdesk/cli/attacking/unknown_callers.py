"""Attacks of callers without a credential: whatever they ask for, it must not be carried out."""

from collections.abc import Iterator

from frontdesk.cli.attacking.aim import Aim
from frontdesk.cli.attacking.shots import Shot

# A path's disguises: some proxies see through them, and some servers behind. `@` is the path, `$` the host.
DISGUISES = (
    ("GW-01", "double slash", "/@"),
    ("GW-02", "a step up from nowhere", "/nowhere/..@"),
    ("GW-02", "an escaped step up", "/nowhere/%2e%2e@"),
    ("GW-02", "a step up from the sign-in", "/sign-in/..@"),
    ("GW-02", "a step up from the OAuth endpoints", "/oauth2/..@"),
    ("GW-02", "an escaped step up from the OAuth endpoints", "/oauth2/%2e%2e@"),
    ("GW-02", "a step up from static files", "/_frontdesk/static/../..@"),
    ("GW-02", "a dot segment", "/.@"),
    ("GW-03", "escaped slashes up from static files", "/_frontdesk/static/..%2f..@"),
    ("GW-03", "escaped slashes up from the OAuth endpoints", "/oauth2/..%2f@"),
    ("GW-04", "a backslash", "/oauth2/..\\@"),
    ("GW-04", "an escaped backslash", "/oauth2/..%5c@"),
    ("GW-05", "a step up, escaped twice", "/oauth2/%252e%252e@"),
    ("GW-06", "a step up with a parameter", "/oauth2/..;@"),
    ("GW-06", "a parameter of a segment", "@;x=y"),
    ("GW-07", "a slash at the end", "@/"),
    ("GW-08", "an escaped question mark", "@%3f"),
    ("GW-08", "an escaped number sign", "@%23"),
    ("GW-08", "a number sign", "/oauth2/token#/..@"),
    ("GW-08", "an escaped NUL", "@%00"),
    ("GW-09", "an open path in the query", "@?x=/oauth2/token"),
    ("HT-07", "the absolute form", "http://$@"),
)
_METHODS = (("GW-11", "HEAD"), ("GW-11", "get"), ("GW-11", "FOO"), ("HD-08", "TRACE"))
_OPEN = "/.well-known/oauth-authorization-server"
# Headers by which some servers are told another path, method or caller than the request's.
_OTHER_CALL = (
    ("GW-13", "X-Original-URL", _OPEN),
    ("GW-13", "X-Rewrite-URL", _OPEN),
    ("GW-13", "X-Original-URI", _OPEN),
    ("GW-13", "X-Forwarded-Uri", _OPEN),
    ("GW-13", "X-Forwarded-Prefix", "/oauth2"),
    ("GW-13", "X-Forwarded-Method", "OPTIONS"),
    ("GW-13", "X-Original-Method", "OPTIONS"),
    ("GW-12", "X-HTTP-Method-Override", "OPTIONS"),
    ("GW-16", "User-Agent", "ELB-HealthChecker/2.0"),
    ("GW-16", "User-Agent", "kube-probe/1.30"),
    ("HS-06", "X-Forwarded-For", "127.0.0.1"),
    ("HS-06", "X-Real-IP", "127.0.0.1"),
)
_IDENTITY = (("X-Frontdesk-Subject", "network:1"), ("X-Frontdesk-Network", "1"), ("X-Frontdesk-Scheme", "basic"))
_H2C = (
    ("Connection", "Upgrade, HTTP2-Settings"),
    ("Upgrade", "h2c"),
    ("HTTP2-Settings", "AAMAAABkAAQCAAAAAAIAAAAA"),
)


def disguised(disguise: str, aim: Aim) -> str:
    """The target in one of its disguises."""
    return disguise.replace("@", aim.path).replace("$", aim.door.authority)


# Nobody may make a tunnel of the proxy.
TUNNEL = Shot(method="CONNECT", target="127.0.0.1:80")


def attacks(aim: Aim) -> Iterator[tuple[str, str, Shot]]:
    """Row, name and request of each; all must be refused."""
    path = aim.path
    yield "HS-01", "forged identity headers", Shot(target=path, headers=_IDENTITY)
    for row, name, disguise in DISGUISES:
        yield row, name, Shot(target=disguised(disguise, aim))
    for row, method in _METHODS:
        yield row, f"the method {method}", Shot(method=method, target=path)
    for row, header, value in _OTHER_CALL:
        yield row, f"{header}: {value}", Shot(target=path, headers=((header, value),))
    yield "HT-10", "Upgrade: h2c", Shot(target=path, headers=_H2C)
    if aim.credential:
        yield from _elsewhere(aim)


def _elsewhere(aim: Aim) -> Iterator[tuple[str, str, Shot]]:
    """A right credential where none belongs."""
    for name in (
        "Proxy-Authorization",
        "X-Authorization",
        "X-Access-Token",
        "Authorization_",
        "X-Forwarded-Authorization",
    ):
        yield "BT-10", f"the credential in {name}", Shot(target=aim.path, headers=((name, aim.credential),))
    token = aim.credential.partition(" ")[2]
    yield "BT-10", "the credential in a cookie", Shot(target=aim.path, headers=(("Cookie", f"access_token={token}"),))
