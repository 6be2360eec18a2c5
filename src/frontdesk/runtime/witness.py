"""Events without an effect (wrong secrets, replays, refused codes) go to the log, thinned out against floods."""

import structlog

from frontdesk.protocol.ids import MINUTE
from frontdesk.runtime.clock import SystemClock

PER_MINUTE = 10  # lines about one event and one client
MAX_REMEMBERED = 10_000

_log = structlog.get_logger()


class Witness:
    """Logs the first few of each kind a minute, then counts; the count is told with the next line that is logged."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self._clock = SystemClock()
        self._minute = 0
        self._seen: dict[tuple[str, str | None], int] = {}
        self.unsaid = 0

    def saw(self, event: str, **facts: str | None) -> None:
        """Log an event as a warning, unless ten like it were logged in this minute."""
        minute = self._clock.now() // MINUTE
        if minute != self._minute or len(self._seen) > MAX_REMEMBERED:
            self._minute, self._seen = minute, {}
        key = (event, facts.get("client_id"))
        count = self._seen.get(key, 0) + 1
        self._seen[key] = count
        if count > PER_MINUTE:
            self.unsaid += 1
            return
        unsaid, self.unsaid = self.unsaid, 0
        _log.warning(event, **facts, **({"thinned_out": unsaid} if unsaid else {}))


def log_trouble(request_id: str, trouble: BaseException) -> None:
    """A fault that the caller was told of as a plain 500 or 503."""
    _log.error("request.failed", request_id=request_id, exc_info=trouble)


def log_background_trouble(task: str, trouble: BaseException) -> None:
    """A background task failed; it is tried again."""
    _log.error("background.failed", task=task, exc_info=trouble)
