"""What each setting may be: one reader a field, from text (a variable, a flag) or a TOML value to the checked value.

A reader raises ValueError that says what is allowed, and never what was given: that may be a secret.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from frontdesk.protocol.addresses import read_domain, read_email
from frontdesk.protocol.colours import read_colour
from frontdesk.protocol.ids import read_uuid
from frontdesk.protocol.languages import LANGUAGES, OFFERED
from frontdesk.protocol.scopes import read_scopes
from frontdesk.settings.network_parameters import read_network_parameter

Reader: TypeAlias = Callable[[Any], Any]

_TOKEN = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,64}")
_OPERATION = re.compile(r"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE) (/[\x21-\x7e]*)")
_OWN_HEADERS = frozenset(
    {"authorization", "connection", "content-length", "cookie", "forwarded", "host", "te", "transfer-encoding", "via"}
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ROLES = ("owner", "administrator", "member")


def read_text(value: Any) -> str:
    """One line of text."""
    if not isinstance(value, str):
        raise ValueError("give a text")
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise ValueError("give one line without control characters")
    return value.strip()


def read_path(value: Any) -> Path:
    """A file or folder name."""
    text = read_text(str(value) if isinstance(value, Path) else value)
    if not text:
        raise ValueError("give a path")
    return Path(text).expanduser()


def whole(low: int, high: int) -> Reader:
    """A reader of whole numbers from `low` to `high`."""

    def read(value: Any) -> int:
        if isinstance(value, str) and value.isascii() and value.strip().isdigit() and len(value) < 20:
            value = int(value)
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"give a whole number from {low} to {high}")
        return value

    return read


def choice(*words: str) -> Reader:
    """A reader of one of these words."""

    def read(value: Any) -> str:
        text = read_text(value).lower()
        if text not in words:
            raise ValueError(f"give {' or '.join(words)}")
        return text

    return read


def several(item: Reader, *, at_least_one: bool = False) -> Reader:
    """A reader of a list: TOML's, a tuple, or text separated by commas. Repeats are dropped."""

    def read(value: Any) -> tuple[Any, ...]:
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list | tuple):
            raise ValueError("give a list, or text separated by commas")
        items = dict.fromkeys(item(part) for part in parts if part != "" and not str(part).isspace())
        if at_least_one and not items:
            raise ValueError("give at least one")
        return tuple(items)

    return read


def read_switch(value: Any) -> bool:
    """True or false."""
    words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    found = value if isinstance(value, bool) else words.get(value.strip().lower()) if isinstance(value, str) else None
    if found is None:
        raise ValueError("give true or false")
    return found


def read_host(value: Any) -> str:
    """An address to listen on, or the name of one."""
    text = read_text(value).lower()
    if _read_ip(text) is None and read_domain(text) is None:
        raise ValueError("give an IP address or a host name, without a port")
    return text


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    address = _read_ip(host)
    return address.is_loopback if address is not None else host == "localhost" or host.endswith(".localhost")


def read_public_url(value: Any) -> str:
    """A public origin in its one form (RFC 6454 §6.1): lower-case, no default port, no path. Empty is allowed."""
    allowed = "give https://name[:port] and nothing after it; http:// only for this machine (localhost, 127.0.0.1)"
    text = read_text(value)
    if not text:
        return ""
    scheme, host, port, rest = _split_url(text, allowed)
    if rest not in ("", "/") or (scheme == "http" and not is_loopback(host)):
        raise ValueError(allowed)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" if port in (None, _DEFAULT_PORTS[scheme]) else f"{scheme}://{shown}:{port}"


def read_origin(value: Any) -> str:
    """An origin as browsers write it (RFC 6454 §6.1), or `*`."""
    allowed = "give http(s)://name[:port] as browsers send it, or *"
    text = read_text(value)
    if text == "*":
        return text
    scheme, host, port, rest = _split_url(text, allowed)
    if rest not in ("", "/"):
        raise ValueError(allowed)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" if port in (None, _DEFAULT_PORTS[scheme]) else f"{scheme}://{shown}:{port}"


def read_upstream(value: Any) -> str:
    """The API's address, without a slash at its end. Empty is allowed."""
    allowed = "give http(s)://host[:port][/base] without a user, query or fragment"
    text = read_text(value)
    if not text:
        return ""
    _, _, _, rest = _split_url(text, allowed)
    if re.search(r"[?#;\\%]|//|/\.", rest):
        raise ValueError(allowed)
    return text.rstrip("/")


def read_link(value: Any) -> str:
    """A link for people; empty is allowed."""
    text = read_text(value)
    if text.lower().startswith("mailto:") and read_email(text[7:]) is not None:
        return text
    if text:
        _split_url(text, "give https://… (or mailto:address for help)")
    return text


def read_issuer(value: Any) -> str:
    """The name of an OpenID provider; empty is allowed. Plain http on this machine alone."""
    allowed = "give https://name[/path], or http:// on this machine"
    text = read_text(value)
    if text:
        scheme, host, _, rest = _split_url(text, allowed)
        if (scheme != "https" and host not in ("localhost", "127.0.0.1", "::1")) or "?" in rest or "#" in rest:
            raise ValueError(allowed)
    return text


def read_network(value: Any) -> str:
    """An IP address or a CIDR network, never everybody."""
    from ipaddress import ip_network  # late: a tenth of a bare start

    text = read_text(value)
    try:
        network = ip_network(text)
    except ValueError:
        raise ValueError("give IP addresses or networks such as 10.0.0.0/24 (no host bits after the mask)") from None
    if network.prefixlen == 0:
        raise ValueError("a network that holds every address would let anybody in; name the proxies")
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def read_network_id(value: Any) -> str:
    """A network's id, or none."""
    text = read_text(value)
    identity = read_uuid(text) if text else ""
    if identity is None:
        raise ValueError("must be a network's id (a UUID)")
    return identity


def read_header_name(value: Any) -> str:
    """A lower-case header name that is ours to use."""
    text = read_text(value).lower()
    if not _TOKEN.fullmatch(text) or text in _OWN_HEADERS or text.startswith("x-frontdesk-"):
        raise ValueError("give a header name that has no other meaning, such as spacebring-network-id")
    return text


def read_operation(value: Any) -> str:
    """`METHOD /path` as the document writes the path."""
    method, _, path = read_text(value).partition(" ")
    text = f"{method.upper()} {path.strip()}"
    if not _OPERATION.fullmatch(text):
        raise ValueError('give operations as "GET /path", with the path as the document writes it')
    return text


def read_inclusion(value: Any) -> str:
    """`.readonly` (every x includes x.readonly) or `a > b` (a includes b)."""
    words = read_text(value).split()
    if len(words) == 1 and _is_scope(words[0]) and not words[0][0].isalnum() and words[0][0] != "*":
        return words[0]
    if len(words) == 3 and words[1] == ">" and _is_scope(words[0]) and _is_scope(words[2]):
        return " ".join(words)
    raise ValueError(
        'give endings such as ".readonly" (x includes x.readonly), or pairs as "resources.admin > resources"'
    )


def read_role_rule(value: Any) -> str:
    """`role: scope *.ending …`."""
    role, colon, rest = read_text(value).partition(":")
    rules = rest.split()
    if not colon or role.strip().lower() not in _ROLES or not rules or not all(map(_is_scope, rules)):
        raise ValueError('give rules as "member: *.readonly locations": owner, administrator or member, and scopes')
    return f"{role.strip().lower()}: {' '.join(rules)}"


def _is_scope(text: str) -> bool:
    return read_scopes(text) == (text,)


def read_secret(value: Any) -> str:
    """A shared secret that can travel in a header; empty is allowed."""
    text = read_text(value)
    if text and (len(text) < 16 or len(text) > 256 or not re.fullmatch(r"[\x21-\x7e]+", text)):
        raise ValueError("give 16 to 256 printable ASCII characters without spaces")
    return text


def read_audience(value: Any) -> str:
    """A name or address in one word, as in `aud`; empty is allowed."""
    text = read_text(value)
    if len(text) > 255 or not re.fullmatch(r"[\x21-\x7e]*", text):
        raise ValueError("give up to 255 printable ASCII characters without spaces, such as https://api.example.com")
    return text


def read_mail(value: Any) -> str:
    """A mail URL, as far as its scheme; runtime/mail_url.py reads the rest."""
    text = read_text(value)
    if not re.match(r"(smtps?://[^/]|file:///[^/]|console:$)", text):
        raise ValueError("give smtp://[user:password@]host[:port], smtps://…, file:///folder or console:")
    return text


def read_sender(value: Any) -> str:
    """An address, or a name and an address."""
    text = read_text(value)
    found = re.fullmatch(r'(?:[^<>"\\]{0,100}<)?([^<>]+?)>?', text)
    if found is None or ("<" in text) != text.endswith(">") or read_email(found[1]) is None:
        raise ValueError("give an e-mail address, or Name <address>")
    return text


def read_product_name(value: Any) -> str:
    """A short name."""
    text = read_text(value)
    if not 1 <= len(text) <= 60:
        raise ValueError("give 1 to 60 characters")
    return text


def read_accent(value: Any) -> str:
    """A colour; empty is allowed."""
    text = read_text(value)
    colour = read_colour(text) if text else None
    if text and colour is None:
        raise ValueError("give a colour as #rrggbb, such as #1f5d50")
    return colour.hex if colour is not None else ""


def read_language(value: Any) -> str:
    """The code of a language that there is a catalogue of."""
    found = {code.lower(): code for code in LANGUAGES}.get(read_text(value).lower())
    if found is None:
        raise ValueError(f"give languages of {', '.join(OFFERED)}")
    return found


READERS: dict[str, Reader] = {
    "data": read_path,
    "host": read_host,
    "port": whole(0, 65_535),
    "workers": whole(1, 256),
    "public_url": read_public_url,
    "admin_host": read_host,
    "admin_port": whole(0, 65_535),
    "upstream": read_upstream,
    "openapi": read_path,
    "serve_networks": read_switch,
    "networkless_operations": several(read_operation),
    "network_header": read_header_name,
    "network_parameters": several(read_network_parameter),
    "scope_match": choice("any", "all"),
    "implied_scopes": several(read_inclusion),
    "role_scopes": several(read_role_rule),
    "public_operations": several(read_operation),
    "requests_per_second": whole(1, 100_000),
    "burst": whole(1, 100_000),
    "network_share": whole(1, 100),
    "max_body": whole(1, 2**40),
    "upstream_timeout": whole(1, 3_600),
    "upstream_connect_timeout": whole(1, 60),
    "upstream_silence_timeout": whole(1, 3_600),
    "upstream_total_timeout": whole(1, 86_400),
    "upstream_connections": whole(4, 10_000),
    "upstream_waiting": whole(0, 100_000),
    "upstream_streams": whole(4, 100_000),
    "websocket_origins": several(read_origin),
    "websocket_message": whole(125, 2**30),
    "websocket_idle_timeout": whole(1, 86_400),
    "max_connections": whole(10, 1_000_000),
    "address_connections": whole(1, 1_000_000),
    "check_peers": several(read_network),
    "check_secret": read_secret,
    "proxy_socket": read_path,
    "assertion": choice("off", "on"),
    "assertion_audience": read_audience,
    "trusted_proxies": several(read_network),
    "mail": read_mail,
    "mail_from": read_sender,
    "product_name": read_product_name,
    "logo": read_path,
    "accent": read_accent,
    "accent_dark": read_accent,
    "help_url": read_link,
    "privacy_url": read_link,
    "languages": several(read_language, at_least_one=True),
    "sign_in_issuer": read_issuer,
    "sign_in_client_id": read_text,
    "sign_in_client_secret": read_text,
    "sign_in_name": read_product_name,
    "picker_roles": several(choice(*_ROLES), at_least_one=True),
    "members": choice("here", "elsewhere"),
    "secrets": choice("sealed", "once"),
    "partner_sign_up": choice("users", "open", "closed"),
    "partner_test_network": read_network_id,
    "leak_keys": read_path,
    "leaked_secrets": choice("tell", "end"),
    "revoke_leaked_in_url": read_switch,
    "enforcement": choice("on", "shadow"),
    "explain_sample": whole(0, 1_000_000),
    "explain_kept": whole(0, 1_000_000),
    "explain_days": whole(1, 30),
    "access_token_lifetime": whole(60, 86_400),
    "code_lifetime": whole(10, 600),
    "grants_per_connection": whole(1, 1_000),
    "log_level": choice("debug", "info", "warning", "error"),
}


def _split_url(text: str, allowed: str) -> tuple[str, str, int | None, str]:
    """Scheme, host, port and what follows; ValueError with `allowed`."""
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise ValueError(allowed) from None
    known = parts.scheme in _DEFAULT_PORTS and (_read_ip(host) is not None or read_domain(host) == host)
    if not known or "@" in parts.netloc or parts.netloc.endswith(":") or not text.isascii() or port == 0:
        raise ValueError(allowed)
    rest = text[text.index("//") + 2 + len(parts.netloc) :]
    return parts.scheme, host, port, rest


def _read_ip(text: str) -> Any:
    from ipaddress import ip_address

    try:
        return ip_address(text)
    except ValueError:
        return None
