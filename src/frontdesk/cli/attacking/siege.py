"""All attacks, one after the other, each judged by what its answer proves."""

import time
from collections.abc import Callable, Iterator
from functools import partial

import click

from frontdesk.cli.attacking import known_callers, unknown_callers
from frontdesk.cli.attacking.aim import Aim, Door
from frontdesk.cli.attacking.judging import (
    Outcome,
    Verdict,
    must_arrive,
    must_be_refused,
    must_not_arrive,
    must_not_succeed,
    refusal_of,
)
from frontdesk.cli.attacking.shots import Heard, NoAnswerError, Shot, shoot

Judge = Callable[[Heard], tuple[Verdict, str]]

_DROP = "let the proxy drop or overwrite this header, in every spelling"
_SAME_PATH = "send on the very target that is judged ($request_uri), and check every path"
_NO_CONNECTION = "take the caller's Connection header away before anything else"
_FRAMING = "use a proxy that refuses such a request, or writes one framing of its own"
_CHECK = "ask Frontdesk about this call too, and refuse whatever is no 2xx"
_PATIENCE = 10  # tries
_PAGES_ONLY = "send the check's paths to nobody: only Frontdesk's pages and OAuth endpoints are for callers"
_CLOSE = "let nobody but the proxy connect there"


def besiege(aim: Aim) -> Iterator[Outcome]:
    """Every attack that can be made with what is known. Raises UsageError where the ground is not firm."""
    bare = _hear(aim.door, Shot(target=aim.path))
    yield _outcome("BT-01", "no credential", bare, must_be_refused, _CHECK)
    if not bare.let_in and refusal_of(bare) != "unauthenticated":
        raise click.UsageError(
            f"GET {aim.path} without a credential gives {bare.status}, not Frontdesk's 401: "
            "name a GET of the API in --path that needs a credential"
        )
    pages = partial(must_be_refused, page=_hear(aim.door, Shot(target=f"/sign-in/{aim.mark}")))
    for row, name, shot in unknown_callers.attacks(aim):
        yield _outcome(row, name, _hear(aim.door, shot), pages, _CHECK)
    yield _outcome("HT-10", "CONNECT", _hear(aim.door, unknown_callers.TUNNEL), must_not_succeed, _CHECK)
    yield from _inside(aim)
    if aim.credential:
        yield from _known(aim, pages)
    if aim.desk is not None:
        yield from _desk(aim, aim.desk)
    if aim.upstream is not None:
        yield from _upstream(aim, aim.upstream)


def _known(aim: Aim, refused: Judge) -> Iterator[Outcome]:
    known = ("Authorization", aim.credential)
    right = _hear(aim.door, Shot(target=aim.path, headers=(known, ("X-Doctor", aim.mark))))
    if not right.let_in:
        raise click.UsageError(
            f"GET {aim.path} with the credential gives {right.status} {refusal_of(right)}: give one that opens it"
        )
    for row, name, shot in known_callers.must_be_refused(aim):
        yield _outcome(row, name, _hear(aim.door, shot), refused, _SAME_PATH)
    if not aim.echo:
        return
    if aim.mark.encode() not in right.body:
        raise click.UsageError(f"GET {aim.path} shows no headers that the API was sent: leave --upstream-echo out")
    secret = aim.credential.partition(" ")[2]
    yield _outcome("HS-04", "the credential", right, partial(must_not_arrive, needles=(secret,)), _DROP)
    unmarked = partial(must_not_arrive, needles=(aim.mark,))
    for row, name, shot in known_callers.must_not_arrive(aim):
        yield _outcome(row, name, _hear(aim.door, shot), unmarked, _DROP)
    heard = _hear(aim.door, known_callers.doubly_framed(aim))
    yield _outcome("HT-06", "a length and chunks", heard, _framed_once, _FRAMING)
    identity = partial(must_arrive, needles=("x-frontdesk-subject", "x-frontdesk-network", "x-request-id"))
    for row, name, shot in known_callers.connections(aim):
        yield _outcome(row, name, _hear(aim.door, shot), identity, _NO_CONNECTION)
    yield from _target(aim, known)


def _framed_once(heard: Heard) -> tuple[Verdict, str]:
    body = heard.body.lower()
    if heard.let_in and b"content-length" in body and b"transfer-encoding" in body:
        return Verdict.THROUGH, "the API was sent both"
    return must_not_arrive(heard)


def _target(aim: Aim, known: tuple[str, str]) -> Iterator[Outcome]:
    """Whether the API is asked for what was judged, where the path has a place to try it in."""
    if not aim.value:
        return
    sent = aim.path.replace(aim.value, f"{aim.value}%2Cx%40y")
    heard = _hear(aim.door, Shot(target=sent, headers=(known,)))
    yield _outcome("GW-19", "escapes in a parameter", heard, partial(must_arrive, needles=(sent,)), _SAME_PATH)


def _inside(aim: Aim) -> Iterator[Outcome]:
    """Frontdesk's endpoints for proxies: nobody may reach them through one (GW-14)."""
    for name, target in (("check", "check"), ("check of Envoy's", f"envoy{aim.path}"), ("refusal", "refusal")):
        headers = (("X-Original-Method", "GET"), ("X-Original-URI", aim.path))
        known = (("Authorization", aim.credential),) if aim.credential else ()
        pair = () if target.startswith("envoy") else headers
        heard = _hear(aim.door, Shot(target=f"/_frontdesk/{target}", headers=(*known, *pair)))
        yield _outcome("GW-14", f"asking the {name} through the proxy", heard, _is_closed, _PAGES_ONLY)


def _is_closed(heard: Heard) -> tuple[Verdict, str]:
    asked = heard.let_in or b"x-frontdesk-" in heard.head.lower() or heard.status == 503
    if asked:
        return Verdict.THROUGH, f"{heard.status}: the endpoint has answered"
    return must_be_refused(heard)


def _desk(aim: Aim, desk: Door) -> Iterator[Outcome]:
    """The same endpoints on Frontdesk's own port, which answer configured peers only."""
    for name, pair in (("nginx", "Original"), ("Traefik", "Forwarded")):
        uri = "URI" if pair == "Original" else "Uri"
        headers = ((f"X-{pair}-Method", "GET"), (f"X-{pair}-{uri}", aim.path))
        shot = Shot(target="/_frontdesk/check", headers=headers)
        yield _outcome("GW-14", f"asking the check as {name}", _try(desk, shot), _answers_nobody, _CLOSE)
    shot = Shot(target=f"/_frontdesk/envoy{aim.path}")
    yield _outcome("GW-14", "asking the check as Envoy", _try(desk, shot), _answers_nobody, _CLOSE)


def _answers_nobody(heard: Heard) -> tuple[Verdict, str]:
    if heard.status == 0:
        return Verdict.HELD, "nobody answers there"
    if refusal_of(heard) == "forbidden":
        return Verdict.HELD, "403 forbidden: this machine is no peer"
    return Verdict.THROUGH, f"{heard.status}: this machine may ask"


def _upstream(aim: Aim, upstream: Door) -> Iterator[Outcome]:
    """The API past its proxy (GW-24): it must not be reached, or believe nobody."""
    forged = (("X-Frontdesk-Subject", "network:1"), ("X-Frontdesk-Network", "1"), ("X-Frontdesk-Scheme", "basic"))
    for name, headers in (("without identity", ()), ("with a forged identity", forged)):
        heard = _try(upstream, Shot(target=aim.path, headers=headers))
        yield _outcome("GW-24", f"the API itself, {name}", heard, _not_carried_out, _CLOSE)


def _not_carried_out(heard: Heard) -> tuple[Verdict, str]:
    if heard.let_in:
        return Verdict.THROUGH, f"{heard.status}: the API believes whoever reaches it"
    if heard.status == 0:
        return Verdict.HELD, "nobody answers there"
    return Verdict.HELD, f"{heard.status} of the API"


def _outcome(row: str, name: str, heard: Heard, judge: Judge, advice: str) -> Outcome:
    verdict, evidence = judge(heard)
    return Outcome(
        row=row,
        attack=name,
        verdict=verdict,
        status=heard.status,
        evidence=evidence,
        advice=advice if verdict is Verdict.THROUGH else "",
    )


def _hear(door: Door, shot: Shot) -> Heard:
    """The answer. One that only says "too many" proves nothing: asked again when it says so."""
    try:
        for _ in range(_PATIENCE):
            heard = shoot(door, shot)
            if refusal_of(heard) != "rateLimited":
                return heard
            time.sleep(min(heard.retry_after, 5))
        raise click.UsageError("the credential's calls are limited too tightly: give one that may call more often")
    except NoAnswerError as error:
        raise click.UsageError(f"nobody answers: {error}") from error


def _try(door: Door, shot: Shot) -> Heard:
    """The same where nobody's answering is what is hoped for."""
    try:
        return shoot(door, shot)
    except NoAnswerError:
        return Heard(status=0)
