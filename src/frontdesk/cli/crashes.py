"""What a crash may leave behind: no core file, and no secret in the traceback that is printed (DESIGN D12)."""

import sys
import threading
import traceback
from types import TracebackType

# Linux writes no file under one byte, and never asks the program that collects cores at exactly this limit; at zero
# it would ask it (core(5), "Piping core dumps to a program").
NO_CORE = 1


def leave_no_secrets() -> None:
    """For this process, and as for cores for all that it starts: memory holds keys and secrets in use."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (NO_CORE, NO_CORE))
    except (ImportError, OSError, ValueError):
        pass  # not this system's way, or a lower limit is set already
    sys.excepthook = _tell
    threading.excepthook = lambda failed: _tell(failed.exc_type, failed.exc_value, failed.exc_traceback)


def _tell(kind: type[BaseException], failure: BaseException | None, trace: TracebackType | None) -> None:
    from frontdesk.runtime.redaction import redact_text  # late: most runs print no traceback

    if failure is None or issubclass(kind, SystemExit):
        return
    # Line by line, so that a long traceback keeps its end. The values of variables are in none of them.
    for part in traceback.format_exception(kind, failure, trace):
        for line in part.splitlines():
            print(redact_text(line), file=sys.stderr)
