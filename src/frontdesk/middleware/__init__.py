"""The desk in the process of the API itself, before a Python app: the same policy, without a proxy.

ASGI (Starlette, FastAPI) and WSGI (Flask, Django), against the store of this machine or a running Frontdesk:

>>> from frontdesk.middleware import FrontdeskWsgiMiddleware, RemoteDesk
>>> def app(environ, start_response): ...
>>> app = FrontdeskWsgiMiddleware(app, RemoteDesk("http://127.0.0.1:8000", check_secret="s3cret"))
"""

from frontdesk.middleware.asgi import FrontdeskMiddleware
from frontdesk.middleware.caller import Caller
from frontdesk.middleware.desk import Desk, DeskError
from frontdesk.middleware.local import LocalDesk
from frontdesk.middleware.remote import RemoteDesk
from frontdesk.middleware.wsgi import FrontdeskWsgiMiddleware

__all__ = [
    "Caller",
    "Desk",
    "DeskError",
    "FrontdeskMiddleware",
    "FrontdeskWsgiMiddleware",
    "LocalDesk",
    "RemoteDesk",
]
