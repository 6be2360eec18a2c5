"""What shows no secret, and that the search for canaries finds them (LK-05, and the means of LK-01)."""

import base64
import dataclasses
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator

import msgspec
import pytest
import structlog

import frontdesk
from attacks.canary_house import forged, pieces_of
from canary_watch import DEMO, Watch, judge_answer
from frontdesk.protocol import tokens
from frontdesk.protocol.leaks import KINDS
from frontdesk.runtime.logs import LogSink, start_logs
from frontdesk.runtime.redaction import is_secret_name
from receiving.forge import Gateway

MAIL_PASSWORD = "canary-mail-Hs4pYc9JmG2fWt6R"


def test_lk_05_a_traceback_that_nobody_caught_shows_no_secret() -> None:
    """LK-05: in the main thread and beside it; neither the values of variables nor the message's secret."""
    secret = forged(tokens.REFRESH, 9)
    script = (
        "import sys, threading\nfrom frontdesk.cli import crashes\ncrashes.leave_no_secrets()\n"
        "def fail(held):\n    raise RuntimeError('refused: token=' + held + ' from ' + held)\n"
        "held = sys.stdin.read()\nbeside = threading.Thread(target=fail, args=(held,))\nbeside.start()\n"
        "beside.join()\nfail(held)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], input=secret, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("RuntimeError: refused: token=[redacted]") == 2
    assert done.stderr.count("in fail") == 2
    assert not [piece for piece in pieces_of(secret) if piece in done.stderr.encode()]


# Fields whose names sound like secrets, and are none: what they are instead.
NO_SECRET = re.compile(
    r"is_secret|keeps_secrets|ends_secrets|leaked_secrets|Settings\.secrets|Knob\.secret"  # whether, not what
    r"|Settings\.assertion|Finding\.code|NetworkPlaces\.query"  # on or off; which rule; names of parameters
    r"|secret_changed_at|secret_shown_at|.*_lifetime|wrong_verifiers|token_at|last_.*|max_.*"  # times and counts
    r"|(?:\w+\.)?credentials?|.*\.tokens|.*\.keys|leak_keys|weak_forms|foreign_secrets|foreign_tokens"  # whole records
    r"|Page\.token"  # where a list goes on
    r"|code_id|key_id|limit_key|budget_keys?|.*_key_trouble|Wire\.code|Language\w*\.code"  # names of rows, rules, words
    r"|OldApp\.secret|KeyRing\.(?:digest|cookie)"  # records with reprs of their own, tested below by what they hold
    r"|Answered\.body|StaticFile\.body|Visit\.query"  # what an API is told, files, and a form that hides its values
    r"|Letter\.code|Step\..*|Ask\..*|Fill\..*|Browser\.cookies"  # the demo's and the tests' own people
)


def _records() -> Iterator[type]:
    for module in pkgutil.walk_packages(frontdesk.__path__, "frontdesk."):
        if not module.name.endswith("__main__"):
            for thing in vars(importlib.import_module(module.name)).values():
                if inspect.isclass(thing) and thing.__module__ == module.name:
                    yield thing


def test_lk_05_no_record_shows_a_secret() -> None:
    """LK-05, STYLE 3: in every record of the product, fields called like a secret, and raw input, stay out of repr."""
    raw = {"headers", "body", "query", "form", "values", "sealed_secret"}
    seen, shown = 0, []
    for record in _records():
        if (
            not dataclasses.is_dataclass(record)
            or ".cli.trying" in record.__module__
            or ".testing" in record.__module__
        ):
            continue
        for field in dataclasses.fields(record):
            is_plain = str(field.type) in {"<class 'str'>", "<class 'bytes'>", "str | None", "bytes | None"} or (
                "Mapping[str, str]" in str(field.type) or "tuple[bytes, bytes]" in str(field.type)
            )
            name = f"{record.__name__}.{field.name}"
            if not (is_secret_name(field.name) or (field.name in raw and is_plain)):
                continue
            seen += 1
            excused = NO_SECRET.fullmatch(name) or NO_SECRET.fullmatch(field.name)
            if field.repr and not excused:
                shown.append(f"{record.__module__}.{name}")
    assert seen > 40
    assert not shown
    structs = [one for one in _records() if issubclass(one, msgspec.Struct) and "token" in one.__struct_fields__]
    assert structs
    assert all("canary" not in repr(one(token="canary", url="https://x.example/canary")) for one in structs)


@pytest.mark.parametrize("prefix", KINDS)
def test_a_canary_in_the_log_is_cut_out_or_found(prefix: str) -> None:
    """The search can fail: through the product's own logger it is cut out; past it, whole or in pieces, it is found."""
    secret, lines = forged(prefix, 5), list[bytes]()
    before = structlog.get_config()
    start_logs("debug", sink=LogSink(lines.append))
    structlog.get_logger().info("innocent", note=f"see {secret}", deep={"also": [secret]})
    structlog.configure(**before)
    assert b"innocent" in lines[0]
    for output, is_found in (
        (lines[0], False),
        (b'{"event":"x","note":"' + secret.encode() + b'"}', prefix != tokens.ACCESS),
        (b'{"event":"x","note":"' + secret[-40:-8].encode() + b'"}', True),
    ):
        watch = Watch()
        watch.saw("the log", output)
        watch.remember(secret)
        assert bool(watch.take_findings()) is (is_found or secret.encode() in output), output
    assert not Watch().take_findings()


def test_the_search_knows_words_codes_and_exceptions() -> None:
    """A password without a form, a sign-in code beside its address, and what a place may hold, and nothing else."""
    secret = forged(tokens.NETWORK_SECRET, 7)
    watch = Watch()
    watch.remember_word(MAIL_PASSWORD)
    watch.codes.add(b"123456")
    watch.saw("a", f"smtp://desk:{MAIL_PASSWORD}@x")
    watch.saw("b", "sent 123456 to ada@north.example")
    watch.saw("c", "  | 123456 ada@north.example\n123456\nada@north.example")
    watch.saw("d", secret, DEMO)
    watch.saw("e", secret, frozenset({tokens.CODE}))
    watch.saw("f", base64.b64encode(b"fdni_" + b"x" * 22 + b":" + secret.encode()))
    found = watch.take_findings()
    assert [one[-4:] for one in found] == ["in a", "in b", "in e", "in f"]
    assert not [one for one in found if secret[10:40] in one or MAIL_PASSWORD in one]


def test_an_assertion_and_a_signing_key_are_secrets_too() -> None:
    """Whoever reads one can make a call for a minute, whoever reads the key for ever: cut out, or found."""
    said, key = Gateway().says(), bytes(range(7, 249, 8))[:31] + b"\x99"
    lines: list[bytes] = []
    before = structlog.get_config()
    start_logs("debug", sink=LogSink(lines.append))
    structlog.get_logger().info("innocent", note=said, other=f"saw {said} here", x_frontdesk_assertion=said)
    structlog.configure(**before)
    watch = Watch()
    watch.remember(said)
    watch.remember_key("sign", key)
    watch.saw("the log", lines[0])
    assert b"innocent" in lines[0]
    assert watch.take_findings() == []
    pieces = (said, said[-40:], tokens.base64url(key), key.hex(), key.hex()[20:])
    for piece in pieces:
        watch.saw("the log", f'{{"note":"{piece}"}}')
        (found,) = watch.take_findings()
        assert found.startswith(("a piece of eyJhb", "a piece of sign:"))
    check = "/_frontdesk/check"
    judge_answer(watch, check, 200, [("x-frontdesk-assertion", said)], b"")
    assert watch.take_findings() == []
    judge_answer(watch, check, 200, [("x-other", said)], said.encode())
    judge_answer(watch, "/livez", 200, [("x-frontdesk-assertion", said)], b"")
    assert len(watch.take_findings()) == 3
    # One that another process made, so that no piece of it is known here.
    watch.saw("the log", f"saw {Gateway().says()}")
    assert watch.take_findings() == ["an assertion in the log"]
