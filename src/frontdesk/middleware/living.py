"""An app's lifespan with a desk in it: open before the app starts, closed after it has ended. ASGI lifespan 2.0."""

from frontdesk.middleware.desk import Desk, DeskError
from frontdesk.web.asgi import AsgiApp, Message, Receive, Scope, Send

_APP_IS_GONE = ("lifespan.startup.failed", "lifespan.shutdown.complete", "lifespan.shutdown.failed")


async def live(app: AsgiApp, desk: Desk, scope: Scope, receive: Receive, send: Send) -> None:
    """Pass a lifespan on to the app; where the app has none (Django), live one for the desk alone."""
    has_asked = has_failed = False

    async def opening() -> Message:
        nonlocal has_asked
        has_asked = True
        message = await receive()
        if message["type"] == "lifespan.startup":
            await desk.open()
        return message

    async def closing(message: Message) -> None:
        nonlocal has_failed
        has_failed = message["type"] == "lifespan.startup.failed"
        if message["type"] in _APP_IS_GONE:
            await desk.aclose()
        await send(message)

    try:
        await app(scope, opening, closing)
    except DeskError as fault:
        if has_failed:  # the app has said so itself
            raise
        # Said as the protocol has it: many servers take an exception here for an app without a lifespan.
        await send({"type": "lifespan.startup.failed", "message": f"frontdesk: {fault}"})
    except Exception:
        if has_asked:
            await desk.aclose()
            raise
        await _live_alone(desk, receive, send)


async def _live_alone(desk: Desk, receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            try:
                await desk.open()
            except DeskError as fault:
                await send({"type": "lifespan.startup.failed", "message": f"frontdesk: {fault}"})
                return
            await send({"type": "lifespan.startup.complete"})
        else:
            await desk.aclose()
            await send({"type": "lifespan.shutdown.complete"})
            return
