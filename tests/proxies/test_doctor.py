"""`frontdesk doctor --attack`: nothing gets through a right set-up, and each hole of a broken one is named."""

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from proxies.conftest import Asked, Guarded
from servers.errands import run_errand
from servers.front_proxy import FrontProxy
from servers.partner import Town
from servers.processes import clean_environment
from servers.proxies import START
from servers.upstream import Upstream

PATH = "/resources/v1/{resourceId}"


def doctor(*words: str, secret: str = "") -> tuple[int, dict[str, Any], str]:
    """Exit code, the answer and what was complained of."""
    environment = clean_environment({"FRONTDESK_ATTACK_SECRET": secret} if secret else {})
    done = run_errand(["doctor", "--json", *words], environment)
    return done.returncode, json.loads(done.stdout) if done.stdout.strip() else {}, done.stderr


def attack(town: Town, url: str, *words: str) -> tuple[int, dict[str, Any], str]:
    """With everything that an operator can give."""
    place = town.places[0]
    known = ("--client-id", place.client_id, "--network", place.id, "--upstream-echo")
    return doctor("--attack", url, "--path", PATH, *known, *words, secret=place.client_secret)


def got_through(said: dict[str, Any]) -> set[tuple[str, str]]:
    """Row and name of each hole."""
    return {(one["row"], one["attack"]) for one in said["attacks"] if one["verdict"] == "through"}


def test_nothing_gets_through_a_printed_configuration(guarded: Guarded) -> None:
    """Each of the four, as `policy proxy-config` writes it: every attack holds, and none stays unclear."""
    code, said, complaint = attack(guarded.town, guarded.proxy.url)
    assert got_through(said) == set(), complaint
    assert [one for one in said["attacks"] if one["verdict"] == "unclear"] == []
    assert (code, said["ok"], said["held"]) == (0, True, len(said["attacks"]))
    assert len(said["attacks"]) > 120


def test_nothing_gets_through_the_built_in_proxy(town: Town) -> None:
    """The measure of the four; ten calls a second are enough to attack it."""
    code, said, complaint = attack(town, town.house.url)
    assert (code, got_through(said)) == (0, set()), complaint
    assert [one for one in said["attacks"] if one["verdict"] == "unclear"] == []


def test_without_a_credential_strangers_attacks_are_made(town: Town) -> None:
    """What can be tried by anybody is tried."""
    code, said, complaint = doctor("--attack", town.house.url, "--path", "/resources/v1")
    assert (code, got_through(said)) == (0, set()), complaint
    assert 30 < len(said["attacks"]) < 60


@contextlib.contextmanager
def broken(kind: str, town: Asked, change: Callable[[str], str]) -> Iterator[FrontProxy]:
    """A proxy whose configuration was spoilt; `change` must change something."""

    def spoil(text: str) -> str:
        spoilt = change(text)
        changed.append(spoilt != text)
        return spoilt

    changed: list[bool] = []
    proxy = START[kind](town.town.house.port, town.api.port, change=spoil)
    try:
        assert any(changed)
        yield proxy
    finally:
        proxy.stop()


def without(*needles: str) -> Callable[[str], str]:
    """Leave out every line that holds one of these."""
    return lambda text: "".join(
        line for line in text.splitlines(keepends=True) if not any(needle in line for needle in needles)
    )


def replaced(*pairs: tuple[str, str]) -> Callable[[str], str]:
    """Put one text in another's place."""

    def change(text: str) -> str:
        for old, new in pairs:
            text = text.replace(old, new)
        return text

    return change


BROKEN: dict[str, tuple[str, Callable[[str], str], set[tuple[str, str]]]] = {
    "no check at all": (
        "nginx", without("auth_request /_frontdesk_check"),
        {("BT-01", "no credential")},
    ),
    "identity headers are not overwritten": (
        "nginx", without("proxy_set_header X-Frontdesk-Role", "proxy_set_header X-Frontdesk-Scopes"),
        {("HS-01", "X-Frontdesk-Role"), ("HS-01", "X-Frontdesk-Scopes")},
    ),
    "underscores pass": (
        "nginx", replaced(("underscores_in_headers off", "underscores_in_headers on")),
        {("HS-02", "X_Frontdesk_Role"), ("HS-06", "X_Real_IP"), ("HT-06", "Content_Length")},
    ),
    "the merged path is judged, and the raw one sent": (
        "nginx",
        replaced(("merge_slashes off", "merge_slashes on"), ("X-Original-URI $request_uri", "X-Original-URI $judged"),
                 ("auth_request /_frontdesk_check;", "set $judged $uri; auth_request /_frontdesk_check;")),
        {("GW-01", "double slash, with a credential"), ("GW-02", "a dot segment, with a credential"),
         ("GW-02", "a step up from nowhere, with a credential")},
    ),
    "the decoded path is sent": (
        "nginx", replaced(("proxy_pass http://frontdesk_api;", "proxy_pass http://frontdesk_api/;")),
        {("GW-19", "escapes in a parameter")},
    ),
    "the credential is passed on": (
        "nginx", without('proxy_set_header Authorization ""'),
        {("HS-04", "the credential")},
    ),
    "the check is open to everybody behind the proxy": (
        "nginx", replaced(("|/_frontdesk/static/", "|/_frontdesk/")),
        {("GW-14", "asking the check through the proxy"), ("GW-14", "asking the check of Envoy's through the proxy")},
    ),
    "a part of the API is not checked": (
        "nginx", replaced(("merge_slashes off;", "location /resources/ { proxy_pass http://frontdesk_api; }")),
        {("BT-01", "no credential")},
    ),
    "Caddy forgets to overwrite one": (
        "caddy", replaced(("request_header -X-Frontdesk*", ""), ("X-Frontdesk-Role", "")),
        {("HS-01", "X-Frontdesk-Role")},
    ),
    "Caddy keeps Connection": (
        "caddy", without("request_header -Connection"),
        {("HT-11", "Connection: x-frontdesk-subject")},
    ),
    "Traefik keeps aliases": (
        "traefik", replaced(("aliasHeadersStrategy: delete", "aliasHeadersStrategy: keep")),
        {("HS-02", "X_Frontdesk_Role"), ("HT-06", "Content_Length")},
    ),
    "Envoy keeps what callers say": (
        "envoy",
        lambda text: without("prefix: x-frontdesk}}", "prefix: x.frontdesk}}")(text.replace("DROP_HEADER", "ALLOW")),
        {("HS-02", "X_Frontdesk_Role"), ("HS-02", "X.Frontdesk.Role")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_each_hole_is_named(asked_town: Asked, fault: str) -> None:
    """Exit 1, and the attacks that show this very hole are among those that got through."""
    kind, change, holes = BROKEN[fault]
    with broken(kind, asked_town, change) as proxy:
        code, said, complaint = attack(asked_town.town, proxy.url)
    assert code == 1, complaint
    assert holes <= got_through(said)
    assert all(one["advice"] for one in said["attacks"] if one["verdict"] == "through")


def test_the_apis_own_port_and_frontdesks_are_tried_when_named(guarded: Guarded) -> None:
    """GW-14, GW-24: an API that believes whoever reaches it, and a check that this machine may ask."""
    ports = ("--frontdesk", f"127.0.0.1:{guarded.town.house.port}", "--upstream", f"127.0.0.1:{guarded.api.port}")
    code, said, _ = doctor("--attack", guarded.proxy.url, "--path", "/resources/v1", *ports)
    assert code == 1
    assert got_through(said) == {
        ("GW-14", "asking the check as nginx"),
        ("GW-14", "asking the check as Traefik"),
        ("GW-14", "asking the check as Envoy"),
        ("GW-24", "the API itself, without identity"),
        ("GW-24", "the API itself, with a forged identity"),
    }


def test_people_get_a_table(town: Town, upstream: Upstream) -> None:
    """With the holes and what to do about them below."""
    words = (
        "doctor",
        "--attack",
        town.house.url,
        "--path",
        "/resources/v1",
        "--upstream",
        f"127.0.0.1:{upstream.port}",
    )
    done = run_errand((*words, "--upstream", f"127.0.0.1:{upstream.port}"), clean_environment({}))
    assert done.returncode == 1
    assert "VERDICT" in done.stdout
    assert "→ let nobody but the proxy connect there" in done.stdout
    assert "2 got through" in done.stdout


MISUSES: list[tuple[tuple[str, ...], str]] = [
    (("--path", "/resources/v1"), "for --attack"),
    (("--attack", "ftp://x", "--path", "/a"), "http(s)://"),
    (("--attack", "http://127.0.0.1:1", "--path", "/resources/v1"), "nobody answers"),
    (("--attack", "URL"), "--path"),
    (("--attack", "URL", "--path", "no slash"), "--path"),
    (("--attack", "URL", "--path", "/nowhere"), "401"),
    (("--attack", "URL", "--path", "/resources/v1", "--client-id", "x"), "secret"),
    (("--attack", "URL", "--path", "/resources/v1", "--client-secret-file", "/x"), "both"),
    (("--attack", "URL", "--path", "/resources/v1", "--upstream-echo"), "--client-id"),
]


@pytest.mark.parametrize(("words", "hint"), MISUSES, ids=[hint for _, hint in MISUSES])
def test_misuse_ends_with_2_and_says_what_to_give(asked_town: Asked, words: tuple[str, ...], hint: str) -> None:
    """Nothing is concluded from ground that is not firm."""
    url = asked_town.town.house.url
    code, _, complaint = doctor(*(url if word == "URL" else word for word in words))
    assert code == 2
    assert hint in complaint


def test_a_pair_that_opens_nothing_is_misuse(asked_town: Asked, tmp_path: Path) -> None:
    """Then every refusal would prove nothing; the secret is in no output."""
    secret = tmp_path / "secret"
    secret.write_text("fdns_wrong-secret-of-nobody\n")
    words = ("--client-id", asked_town.town.places[0].client_id, "--client-secret-file", str(secret))
    code, _, complaint = doctor("--attack", asked_town.town.house.url, "--path", "/resources/v1", *words)
    assert code == 2
    assert "401" in complaint
    assert "wrong-secret" not in complaint
