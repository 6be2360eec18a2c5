"""The programs of the quick start do what they promise: Python and Node against a real server, the others as far as
they can be read: PHP and Go by their own tools, the shell by bash.
"""

import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from clients.test_node_clients import _web_crypto
from frontdesk.protocol.ids import ClientId, Micros
from frontdesk.protocol.records import Client, Profile
from frontdesk.web.quick_starts import LANGUAGES, Start, render_quick_start
from servers.needs import NODE_CLIENTS, need
from servers.partner import SCOPES, App, Town


def start_of(client_id: str, redirect_uri: str, issuer: str) -> Start:
    """What the page knows of an app."""
    client = Client(
        id=ClientId(client_id),
        name="Door Locks",
        redirect_uris=(redirect_uri,),
        scopes=tuple(SCOPES.split()),
        secret_digest=b"x" * 33,  # type: ignore[arg-type]
        profile=Profile.COMPAT,
        created_at=Micros(0),
    )
    return Start(
        issuer=issuer,
        client=client,
        redirect_uri=redirect_uri,
        network_header="spacebring-network-id",
        path="/resources/v1",
    )


def start_in(town: Town) -> Start:
    """The town's app."""
    app: App = town.app
    return start_of(app.client_id, app.redirect_uri, town.house.url)


def run(town: Town, command: list[str], **environment: str) -> str:
    """Run a program as its reader would: open the link that it prints, paste where one returns to."""
    network = town.places[0].id
    told = {"PATH": os.environ["PATH"], "CLIENT_SECRET": town.app.client_secret, "NETWORK_ID": network, **environment}
    process = subprocess.Popen(
        command,
        cwd=NODE_CLIENTS,
        env=told,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdout.readline()
        link = process.stdout.readline().strip()
        assert link.startswith(town.house.url), link
        process.stdin.write(town.person().approve(link, [network]) + "\n")
        process.stdin.flush()
        said, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    return said


def test_the_python_program_connects_calls_and_refreshes(town: Town) -> None:
    """As it stands on the page, with the one switch for plain http that it names."""
    program = render_quick_start("python", start_in(town))
    said = run(town, [sys.executable, "-c", program], AUTHLIB_INSECURE_TRANSPORT="1")
    assert "200 " in said
    assert "good for 3600 seconds" in said


def test_the_node_program_connects_calls_and_refreshes(town: Town) -> None:
    """As it stands on the page."""
    program = render_quick_start("node", start_in(town))
    said = run(town, [need("node"), *_web_crypto(), "--input-type=module", "-e", program])
    assert "200 " in said
    assert "good for 3600 seconds" in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("public", [False, True])
def test_a_program_holds_the_ids_and_no_secret(language: str, public: bool) -> None:
    """Nothing is left to fill in but what only the reader has; an address cannot end the quotation marks it is in."""
    nasty = "https://partner.example/it's\"$(id)`id`\\back"
    start = start_of("fdci_abc", nasty, "https://desk.example")
    if public:
        start = replace(start, client=replace(start.client, secret_digest=None, native=True, profile=Profile.STRICT))
    text = render_quick_start(language, start)
    assert "fdci_abc" in text
    assert "fdcs_" not in text
    assert "<<" not in text
    assert not re.search(r"^\?(secret|public|https|plain) ", text, re.MULTILINE)
    code = re.sub(r"^(#|//).*$", "", text, flags=re.MULTILINE)
    assert ("CLIENT_SECRET" in code) is not public
    assert "insecure" not in text.lower()
    assert nasty not in text


def test_the_curl_program_is_one_for_a_shell() -> None:
    """And an address in it runs nothing."""
    program = render_quick_start("curl", start_of("fdci_abc", "https://p.example/'$(touch x)", "https://desk.example"))
    subprocess.run(["bash", "-n", "-c", program], check=True)
    (link,) = re.findall(r"^echo .*$", program, re.MULTILINE)
    said = subprocess.run(["bash", "-c", link], check=True, capture_output=True, text=True).stdout
    assert said.startswith("https://desk.example/oauth2/authorize?client_id=fdci_abc&redirect_uri=https%3A%2F%2Fp.exam")


def one_of(public: bool) -> Start:
    """An app's, with an address that would like to be more than text."""
    start = start_of("fdci_abc", "https://p.example/'\"$(id)`id`\\back?>*/", "https://desk.example")
    if not public:
        return start
    client = replace(start.client, secret_digest=None, native=True, profile=Profile.STRICT)
    return replace(start, client=client)


@pytest.mark.parametrize("public", [False, True])
def test_the_php_program_is_one(public: bool) -> None:
    """As PHP reads it, whatever the app's addresses are."""
    program = render_quick_start("php", one_of(public))
    said = subprocess.run([need("php"), "-l"], input=program, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("public", [False, True])
def test_the_go_program_is_one_as_gofmt_writes_it(public: bool) -> None:
    """As Go reads it, whatever the app's addresses are."""
    program = render_quick_start("go", one_of(public)) + "\n"
    said = subprocess.run([need("gofmt")], input=program, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == program
