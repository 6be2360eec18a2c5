"""Commands of an administrator, in a process each, but one that is forked from a process that has started.

Starting Python and importing what a command needs takes half a second, and a town is settled by five commands. From
`frontdesk.cli.main:main` on it is the same code; it gives up root, crashes at failpoints and ends as it would anywhere
else. That the program starts at all is for tests/cli/test_serving.py and tests/servers/test_quick_help.py to say.
"""

import atexit
import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from typing import Any

_threads = threading.local()


def run_errand(words: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What `frontdesk WORDS…` does, answers and complains. Several threads are served at the same time."""
    runner = _runner()
    assert runner.stdin is not None
    assert runner.stdout is not None
    runner.stdin.write(json.dumps({"words": list(words), "environment": dict(environment)}) + "\n")
    runner.stdin.flush()
    told = json.loads(runner.stdout.readline())
    return subprocess.CompletedProcess(["frontdesk", *words], told["code"], told["out"], told["err"])


def _runner() -> subprocess.Popen[str]:
    known: subprocess.Popen[str] | None = getattr(_threads, "runner", None)
    if known is None:
        words = [sys.executable, __file__]
        known = _threads.runner = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        atexit.register(_dismiss, known)
    return known


def _dismiss(runner: subprocess.Popen[str]) -> None:
    assert runner.stdin is not None
    runner.stdin.close()
    runner.wait()


def _run_all() -> None:
    """Fork for each line that comes; single-threaded, so that a child may do whatever a fresh process may."""
    from frontdesk.cli import main as command_line

    importlib.import_module("frontdesk.assemble.front")
    for place, _ in command_line.COMMANDS.values():
        importlib.import_module(place.partition(":")[0])
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        order = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if child == 0:
                _be_the_command(order, out.fileno(), err.fileno())
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            told: dict[str, Any] = {"code": code, "out": _read(out), "err": _read(err)}
        answers.write(json.dumps(told) + "\n")
        answers.flush()


def _be_the_command(order: Mapping[str, Any], out: int, err: int) -> None:
    from frontdesk.cli import main as command_line

    code = 70
    try:
        for ours, theirs in ((os.open(os.devnull, os.O_RDONLY), 0), (out, 1), (err, 2)):
            os.dup2(ours, theirs)
        os.environ.clear()
        os.environ.update(order["environment"])
        sys.argv = ["frontdesk", *order["words"]]
        command_line.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException as wrong:  # noqa: BLE001 - the child must not live on as a second runner
        sys.excepthook(type(wrong), wrong, wrong.__traceback__)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _read(file: Any) -> str:
    file.seek(0)
    text: bytes = file.read()
    return text.decode(errors="replace")


if __name__ == "__main__":
    _run_all()
