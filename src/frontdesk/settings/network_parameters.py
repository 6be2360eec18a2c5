"""One entry of the setting `network_parameters`, as text."""

import re
from typing import Any

_ALLOWED = 'give names such as "networkId", "path:networkId", "path:networks/{id}" or "query:networkId"'
_NAME = r"[^\s\x00-\x20\x7f{}:/?&#=%;,]{1,100}"
_ENTRY = re.compile(rf"(?:(path|query):)?({_NAME}|(?:{_NAME}/)*\{{{_NAME}\}})")


def read_network_parameter(value: Any) -> str:
    """`[path:|query:]name`, or `[path:]segment/{name}`. ValueError says what is allowed."""
    found = _ENTRY.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or (found[1] == "query" and "{" in found[2]):
        raise ValueError(_ALLOWED)
    if "{" in found[2]:
        return f"path:{found[2]}"
    return found[0]
