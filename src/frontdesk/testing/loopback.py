"""A fake authority at a real port of 127.0.0.1, for clients that need one: requests, aiohttp, another process."""

import asyncio
import socket

import uvicorn

from frontdesk.testing.street import AnswerLostError
from frontdesk.web.asgi import AsgiApp, Receive, Scope, Send


class Loopback:
    """The port is taken at once, so that the address is known; who calls before it is opened waits."""

    def __init__(self) -> None:
        """Take a free port."""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def open(self, app: AsgiApp) -> None:
        """Serve, in the running loop."""
        config = uvicorn.Config(
            _breaking_off(app),
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            ws="none",
        )
        self._server = uvicorn.Server(config)
        self._serving = asyncio.get_running_loop().create_task(self._server.serve(sockets=[self._socket]))

    async def stop(self) -> None:
        """Stop serving, in the same loop."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = self._server.force_exit = True
            await self._serving

    def close(self) -> None:
        """Let go of the port."""
        self._socket.close()


def _breaking_off(app: AsgiApp) -> AsgiApp:
    """An answer that is lost is a connection that breaks."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except AnswerLostError:
            # ASGI has no word for it: `send` is a method of uvicorn's record of this request, which has the connection.
            send.__self__.transport.abort()  # type: ignore[attr-defined]
            while (await receive())["type"] != "http.disconnect":
                pass

    return serve
