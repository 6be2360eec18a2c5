"""Logs: one JSON object a line on standard error, without secrets, never in anybody's way.

Every part logs with `structlog.get_logger()`; libraries that use `logging` come out in the same form. Text is
escaped to ASCII, so that no line can hold a line break, a terminal's control sequence or a bidi trick of a stranger.
A line that cannot be written (closed pipe, full disk) is counted and dropped, and the count is told once writing
works again.
"""

import json
import logging
import os
import sys
import traceback
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any

import structlog

from frontdesk.runtime.redaction import redact_fields, redact_text

_encode = json.JSONEncoder(ensure_ascii=True, check_circular=False, default=str, separators=(",", ":")).encode
LEVELS = ("debug", "info", "warning", "error")


def _write_to_stderr(line: bytes) -> None:
    # One system call a line: lines of several workers do not mix, and nothing is left to flush at the end.
    while line:
        line = line[os.write(2, line) :]


class LogSink:
    """Writes lines, and counts those that it could not write."""

    def __init__(self, write: Callable[[bytes], object] = _write_to_stderr) -> None:
        """`write` takes one whole line; its OSError or ValueError (closed file) is swallowed here."""
        self._write = write
        self.dropped = 0

    def put(self, fields: MutableMapping[str, Any]) -> None:
        """Write one event."""
        try:
            if self.dropped:
                self._write(_line({"at": _now(), "level": "warning", "event": "log.dropped", "lines": self.dropped}))
                self.dropped = 0
            self._write(_line(fields))
        except (OSError, ValueError):
            self.dropped += 1

    def log_request(self, *, method: str, path: str, status: int, micros: int, **fields: Any) -> None:
        """The access line of one request. `path` is cut at its query: tokens travel there (RFC 7009 by query)."""
        self.put(
            {
                "at": _now(),
                "level": "info",
                "event": "request",
                "method": redact_text(method[:32]),
                "path": redact_text(path.partition("?")[0]),
                "status": status,
                "micros": micros,
                **redact_fields(fields),
            }
        )


def start_logs(level: str, *, sink: LogSink | None = None) -> LogSink:
    """Send structlog's and logging's events of this process to one sink. `level` is one of `LEVELS`."""
    if level not in LEVELS:
        raise ValueError(f"a log level is one of {', '.join(LEVELS)}")
    sink = sink or LogSink()
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, _finish],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _Into(sink),
        cache_logger_on_first_use=False,  # a later start (a test, a forked worker) must reach loggers made before
    )
    logging.basicConfig(handlers=[_Bridge(sink)], level=number, force=True)
    return sink


class _Into:
    """What structlog calls with the finished event, by the level's name."""

    def __init__(self, sink: LogSink) -> None:
        self._sink = sink

    def __getattr__(self, level: str) -> Callable[..., None]:
        return self._put

    def _put(self, **fields: Any) -> None:
        self._sink.put(fields)


class _Bridge(logging.Handler):
    """Takes what libraries log."""

    def __init__(self, sink: LogSink) -> None:
        super().__init__()
        self._sink = sink

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = str(record.msg)  # arguments that do not fit: the line still counts
        fields: dict[str, Any] = {"logger": record.name}
        if record.exc_info and record.exc_info[1] is not None:
            fields["exception"] = _tell(record.exc_info[1])
        self._sink.put(
            {"at": _now(), "level": record.levelname.lower(), "event": redact_text(text), **redact_fields(fields)}
        )


def _finish(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last processor: time first, exceptions as text, secrets out."""
    level, said = event.pop("level", "info"), event.pop("event", "")
    failure = event.pop("exc_info", None)
    if failure is True:
        failure = sys.exc_info()[1]
    elif isinstance(failure, tuple):
        failure = failure[1]
    if isinstance(failure, BaseException):
        event["exception"] = _tell(failure)
    return {"at": _now(), "level": level, "event": redact_text(str(said)), **redact_fields(event)}


def _tell(failure: BaseException) -> str:
    """Where it happened and what it said; never the values of variables."""
    return "".join(traceback.format_exception(failure, limit=-12))


def _line(fields: MutableMapping[str, Any]) -> bytes:
    return _encode(fields).encode() + b"\n"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
