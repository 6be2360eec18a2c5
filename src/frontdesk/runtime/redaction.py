"""What a log line must never hold, and how it is taken out (DESIGN D12).

Two nets. By name: a field called like a secret shows nothing. By pattern: wherever text comes from (a library's
error, a traceback, a URL), our own tokens, credentials of Authorization and Cookie headers, secret parameters and
passwords in URLs are cut from it.
"""

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "[redacted]"
MAX_TEXT = 4_000
_MAX_DEPTH = 6

_SECRET_NAMES = frozenset(
    {
        "assertion",
        "authorization",
        "client_assertion",
        "code",
        "code_verifier",
        "cookie",
        "cookies",
        "credential",
        "credentials",
        "digest",
        "guess",
        "login_code",
        "mail_url",
        "otp",
        "passcode",
        "passphrase",
        "proxy_authorization",
        "query",
        "query_string",
        "sealed",
        "set_cookie",
        "token",
        "verifier",
        "x_frontdesk_assertion",
        "x_frontdesk_check_secret",
    }
)
_SECRET_ENDINGS = ("secret", "password", "passwd", "_token", "_tokens", "_cookie", "_digest", "_verifier", "_key")

# Any spelling of the underscore, so that a percent-encoded token is one too.
_PATTERN = re.compile(
    r"(?P<token>fd(?:at|rt|ac|se|ak|cs|ns|rs|sl)(?:_|%5[fF]))[A-Za-z0-9_%-]{6,}"
    r"|(?P<jws>eyJ)[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
    r"|(?P<scheme>\b(?:[Bb]asic|BASIC|[Bb]earer|BEARER)(?:\s+|%20|\+))[A-Za-z0-9+/=_.~%-]{4,}"
    r"|(?P<parameter>(?:\b|(?<=%[0-9a-fA-F]{2}))(?:access_token|refresh_token|id_token|token|client_secret|code_verifier|code|password|"
    r"assertion|client_assertion)(?:=|%3[dD]))[^&\s\"'<>;,]+"
    r"|(?P<cookie>fd_(?:session|browser)(?:=|%3[dD]))[^;\s\"',]+"
    r"|(?P<header>\b(?:[Aa]uthorization|[Cc]ookie|[Ss]et-[Cc]ookie)[\"']?\s*[:=]\s*)[^\r\n]+"
    r"|(?P<userinfo>://)[^/@\s\"']*@"
)

# Whatever _PATTERN finds holds one of these; most words of a log line hold none, and are done in a tenth of the time.
_SUSPECT = re.compile(r"[_=:%+\s]|eyJ")


def redact_text(text: str) -> str:
    """The text without anything that looks like a secret, cut to a sane length."""
    if len(text) <= MAX_TEXT and not _SUSPECT.search(text):
        return text
    # First the secrets, then the length: a cut in the middle of a token would hide it from its pattern.
    redacted = _PATTERN.sub(_hide, text[: 4 * MAX_TEXT])
    return redacted if len(redacted) <= MAX_TEXT else redacted[:MAX_TEXT] + "…"


def is_secret_name(name: str) -> bool:
    """Whether a field of this name holds a secret."""
    plain = name.lower().replace("-", "_")
    return plain in _SECRET_NAMES or plain.endswith(_SECRET_ENDINGS)


def redact_fields(fields: Mapping[Any, Any], depth: int = 0) -> dict[str, Any]:
    """The same fields, fit to be logged: plain JSON values without secrets."""
    return {
        redact_text(str(name)): HIDDEN if is_secret_name(str(name)) and value else _redact(value, depth)
        for name, value in fields.items()
    }


def _redact(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, bytes):
        return redact_text(value.decode("latin-1"))
    if depth >= _MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return redact_fields(value, depth + 1)
    if isinstance(value, list | tuple | set | frozenset):
        return [_redact(item, depth + 1) for item in value]
    return redact_text(str(value))


def _hide(found: re.Match[str]) -> str:
    kind = found.lastgroup
    if kind == "userinfo":
        return f"://{HIDDEN}@"
    return (found[kind] if kind else "") + HIDDEN
