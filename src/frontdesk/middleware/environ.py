"""Between a WSGI environ and the plain records, and back. PEP 3333, RFC 3875 §4.1.

A WSGI server has decoded the path, joined doubled headers by commas and made `-` and `_` one. So the raw target is what
the server keeps beside it where it does (`REQUEST_URI`: mod_wsgi, uWSGI, Werkzeug, Waitress; `RAW_URI`: Gunicorn), and
must decode to the path that the app sees. Which spelling of a header came is lost; its value is the one that the app
would read, and that is what is judged.
"""

from typing import Any, TypeAlias

from frontdesk.middleware.targets import UNREADABLE, agree, cut_authority, rebuild
from frontdesk.protocol.http import Headers

Environ: TypeAlias = dict[str, Any]

RAW_KEYS = ("REQUEST_URI", "RAW_URI")
_WITHOUT_PREFIX = {"CONTENT_TYPE": b"content-type", "CONTENT_LENGTH": b"content-length"}
_PREFIX = "HTTP_"


def read_environ_target(environ: Environ) -> bytes:
    """Raw path and query; UNREADABLE where what was sent and what the app sees may be two things."""
    try:
        mount = environ.get("SCRIPT_NAME", "").encode("latin-1")
        decoded = mount + environ.get("PATH_INFO", "").encode("latin-1")
        query = environ.get("QUERY_STRING", "").encode("latin-1")
        raws = [cut_authority(environ[key].encode("latin-1")) for key in RAW_KEYS if environ.get(key)]
    except UnicodeEncodeError:
        return UNREADABLE
    if not raws:
        path = rebuild(decoded)
    else:
        raw, _, raw_query = raws[0].partition(b"?")
        if raw_query != query or any(other != raws[0] for other in raws[1:]):
            return UNREADABLE
        path = agree(raw, decoded, mount)
    if path == UNREADABLE:
        return UNREADABLE
    return path + b"?" + query if query else path


def read_environ_headers(environ: Environ) -> Headers:
    """The headers as far as a server tells them apart; UnicodeEncodeError where a value is no header's."""
    headers: Headers = []
    for key, value in environ.items():
        if not isinstance(value, str):
            continue
        if key.startswith(_PREFIX):
            if environ.get(key[len(_PREFIX) :]) == value and key[len(_PREFIX) :] in _WITHOUT_PREFIX:
                continue  # some servers say these two twice
            headers.append((_name_of(key), value.encode("latin-1").strip(b" \t")))
        elif key in _WITHOUT_PREFIX and value:
            headers.append((_WITHOUT_PREFIX[key], value.encode("latin-1").strip(b" \t")))
    return headers


def write_environ(environ: Environ, headers: Headers) -> Environ:
    """A copy of the environ with these headers and no others; `CONTENT_TYPE` and `CONTENT_LENGTH` stay."""
    written: Environ = {key: value for key, value in environ.items() if not key.startswith(_PREFIX)}
    for name, value in headers:
        key = _PREFIX + name.decode("latin-1").replace("-", "_").upper()
        if name not in (b"content-type", b"content-length"):
            written[key] = value.decode("latin-1")
    return written


def _name_of(key: str) -> bytes:
    return key[len(_PREFIX) :].replace("_", "-").lower().encode("latin-1")
