"""Manners for requests: an adapter to mount."""

from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from requests.utils import rewind_body

from frontdesk_client.manners.conduct import Conduct, is_small


class PoliteAdapter(HTTPAdapter):
    """It stands below auth objects, whose own second tries pass through it too."""

    __attrs__: list[str] = [*HTTPAdapter.__attrs__, "_conduct"]  # noqa: RUF012 - as above us; it cannot be pickled, and says so

    def __init__(self, conduct: Conduct, **options: Any) -> None:
        """`options` are those of requests' own adapter."""
        self._conduct = conduct
        super().__init__(**options)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Send it, and again where that is right."""
        sleep = self._conduct.surroundings.sleep
        call = self._conduct.begin(str(request.method), can_replay=_can_replay(request))
        while True:
            if ahead := call.wait_to_send():
                sleep(ahead)
            response = super().send(request, *args, **options)
            wait = call.wait_to_retry(response.status_code, cast("Any", response.headers))
            if wait is None:
                return response
            try:
                if is_small(response.headers):
                    _ = response.content
            finally:
                response.close()
            sleep(wait)
            if hasattr(request.body, "seek"):
                rewind_body(request)


def _can_replay(request: requests.PreparedRequest) -> bool:
    """Whether the body is in memory, or a file that stands where it stood before."""
    if request.body is None or isinstance(request.body, bytes | str):
        return True
    return hasattr(request.body, "seek") and isinstance(request._body_position, int)
