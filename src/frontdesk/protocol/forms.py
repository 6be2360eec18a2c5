"""Reading application/x-www-form-urlencoded, in a query or a body. RFC 6749 §3.1 and §3.2, appendix B."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

MAX_FIELDS = 100

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Parameters by name; one sent without a value counts as not sent. `repeated` names those sent twice or more."""

    values: Mapping[str, str] = field(repr=False)
    repeated: frozenset[str] = frozenset()

    def get(self, name: str) -> str | None:
        """The value sent under this name."""
        return self.values.get(name)


def read_form(raw: bytes, *, max_fields: int = MAX_FIELDS) -> Form | None:
    """Parse; None where an escape is broken, a value is not UTF-8, or there are more fields than `max_fields`."""
    pairs = read_pairs(raw, max_fields=max_fields)
    if pairs is None:
        return None
    values: dict[str, str] = {}
    for name, value in pairs:
        # The first value that is one wins; an empty one counts as not sent, but not as never named.
        if not values.get(name):
            values[name] = value
    if len(values) == len(pairs) and all(values.values()):
        return Form(values=values)
    names = [name for name, _ in pairs]
    return Form(
        values={name: value for name, value in values.items() if value},
        repeated=frozenset(name for name in names if names.count(name) > 1),
    )


def read_pairs(raw: bytes, *, max_fields: int = MAX_FIELDS) -> list[tuple[str, str]] | None:
    """Every pair in order, for forms whose fields may repeat; None as in `read_form`."""
    if raw.count(b"&") >= max_fields:
        return None
    try:
        text = raw.decode("utf-8")
        pairs = [field.partition("=") for field in text.split("&") if field]
        if "%" not in text and "+" not in text:
            return [(name, value) for name, _, value in pairs]  # as in most token requests
        return [(_read(name), _read(value)) for name, _, value in pairs]
    except ValueError:
        return None


def _read(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    if _BROKEN_ESCAPE.search(text):
        raise ValueError("broken escape")
    return unquote_to_bytes(text).decode("utf-8")
