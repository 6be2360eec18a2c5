"""The floor: the least that a Python HTTP server does, a fixed answer of a token answer's size over raw ASGI."""

import json
from typing import Any

TEXT = json.dumps(
    {
        "access_token": "x" * 60,
        "token_type": "Bearer",
        "expires_in": 3600,
        "refresh_token": "y" * 60,
        "scope": "resources locations",
    }
).encode()
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(TEXT)).encode())]


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer every request alike."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": TEXT})
