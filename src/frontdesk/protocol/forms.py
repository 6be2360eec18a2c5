"""Reading application/x-www-form-urlencoded, in a query or a body. RFC 6749 §3.1 and §3.2, appendix B."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

MAX_FIELDS = 100

_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Parameters by name; one sent without a value counts as not sent. `repeated` names those sent twice or more."""

    values: Mapping[str, str]
    repeated: frozenset[str] = frozenset()

    def get(self, name: str) -> str | None:
        """The value sent under this name."""
        return self.values.get(name)


def read_form(raw: bytes, *, max_fields: int = MAX_FIELDS) -> Form | None:
    """Parse; None where an escape is broken, a value is not UTF-8, or there are more fields than `max_fields`."""
    if not raw:
        return Form(values={})
    fields = raw.split(b"&", max_fields)
    if len(fields) > max_fields:
        return None
    values: dict[str, str] = {}
    seen: set[str] = set()
    repeated: set[str] = set()
    try:
        for field in fields:
            if not field:
                continue
            raw_name, _, raw_value = field.partition(b"=")
            name, value = _decode(raw_name), _decode(raw_value)
            if name in seen:
                repeated.add(name)
            seen.add(name)
            if value:
                values.setdefault(name, value)
    except ValueError:
        return None
    return Form(values=values, repeated=frozenset(repeated))


def read_pairs(raw: bytes, *, max_fields: int = MAX_FIELDS) -> list[tuple[str, str]] | None:
    """Every pair in order, for forms whose fields may repeat; None as in `read_form`."""
    fields = raw.split(b"&", max_fields) if raw else []
    if len(fields) > max_fields:
        return None
    try:
        pairs = [field.partition(b"=") for field in fields if field]
        return [(_decode(name), _decode(value)) for name, _, value in pairs]
    except ValueError:
        return None


def _decode(raw: bytes) -> str:
    if b"+" in raw:
        raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        if _BROKEN_ESCAPE.search(raw):
            raise ValueError("broken escape")
        raw = unquote_to_bytes(raw)
    return raw.decode("utf-8")
