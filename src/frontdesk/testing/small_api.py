"""The API behind a fake authority's gateway, where the test gives none: it says back what it was asked, and by whom."""

import json

from frontdesk.middleware.caller import SCOPE_KEY, Caller
from frontdesk.web.asgi import Receive, Scope, Send


async def small_api(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer any call that the gateway let through with 200 and a JSON object."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    caller: Caller | None = scope[SCOPE_KEY]
    said = {
        "method": scope["method"],
        "path": scope["path"],
        "query": scope["query_string"].decode("latin-1"),
        "body": body.decode("utf-8", "replace"),
        "subject": caller.subject if caller is not None else "",
        "network": caller.network_id if caller is not None else None,
        "client": caller.client_id if caller is not None else "",
        "scheme": caller.scheme if caller is not None else "",
        "scopes": list(caller.scopes) if caller is not None else [],
    }
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(said).encode()})
