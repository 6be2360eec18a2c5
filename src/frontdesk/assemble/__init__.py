"""The only package that knows every part and joins them: a house for the administrator, an app for a worker.

The command line needs the house alone, and should not wait for the web to be imported.
"""

from typing import TYPE_CHECKING

from frontdesk.assemble.house import House, house_of, open_house
from frontdesk.settings import Settings

if TYPE_CHECKING:
    from frontdesk.assemble.worker import WorkerApp

__all__ = ["House", "build_app", "house_of", "open_house"]


def build_app(settings: Settings, *, worker: int, replaces: bool = False) -> "WorkerApp":
    """The ASGI app of one worker: it opens the house when the lifespan starts, and closes it at its end.

    `replaces`: it takes a dead worker's place.
    """
    from frontdesk.assemble.worker import WorkerApp

    return WorkerApp(settings, worker=worker, replaces=replaces)
