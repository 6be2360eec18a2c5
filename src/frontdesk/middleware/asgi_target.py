"""The target of an ASGI scope as it was sent. ASGI HTTP & WebSocket specification, `path`, `raw_path`, `root_path`."""

from frontdesk.middleware.targets import UNREADABLE, agree, cut_authority, rebuild, whole
from frontdesk.web.asgi import Scope


def read_scope_target(scope: Scope) -> bytes:
    """Raw path and query; UNREADABLE where `raw_path` and the path that the app will route by are two things.

    Servers and mounts differ in whether `raw_path` is there, holds the query, or the root path.
    """
    mount = (scope.get("root_path") or "").encode("utf-8", "replace")
    decoded = whole(mount, scope["path"].encode("utf-8", "replace"))
    raw: bytes | None = scope.get("raw_path")
    path = agree(cut_authority(raw).partition(b"?")[0], decoded, mount) if raw else rebuild(decoded)
    if path == UNREADABLE:
        return UNREADABLE
    query: bytes = scope.get("query_string") or b""
    return path + b"?" + query if query else path
