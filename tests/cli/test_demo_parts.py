"""The demo's own parts: its API, its mailbox, and the partner's care with state, issuer, forms and secrets."""

import asyncio
import json
import os
import urllib.error
import urllib.request
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from cli.serving_here import served
from frontdesk.cli.demo.api import Books, CoworkingApi
from frontdesk.cli.demo.door_locks import DoorLocks, Registration, Visit
from frontdesk.cli.demo.exchange import Line, shorten
from frontdesk.cli.demo.mailbox import mailbox, read_letters
from frontdesk.cli.demo.partner import PartnerApp
from frontdesk.gateway.document import load_document
from frontdesk.gateway.policy import compile_policy

DOCUMENT = Path(__file__).parents[2] / "src" / "frontdesk" / "cli" / "demo" / "api.yaml"
REGISTRATION = Registration(
    issuer="http://127.0.0.1:1",  # nobody listens there
    client_id="fdci_demo",
    client_secret="fdcs_0123456789abcdef",
    redirect_uri="http://localhost:2/callback",
    networks=[("0192f0c1-0000-7000-8000-000000000001", "Northside")],
)


def ask(url: str, *, method: str = "GET", body: object = None, **headers: str) -> tuple[int, dict[str, str], str]:
    """One request: status, headers and text."""
    data = None if body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, method=method, data=data, headers=named)
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, dict(reply.headers), reply.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, dict(refused.headers), refused.read().decode()


def test_the_demo_api_keeps_networks_apart_and_notes_who_did_it() -> None:
    """Each network has books of its own; who acts comes from Frontdesk's headers alone."""
    room = {"id": "room-1", "name": "Room"}
    app = CoworkingApi({"one": Books(resources=[room]), "two": Books(resources=[room])}).app()
    with served(app) as server:
        bookings = f"{server.url}/resources/bookings/v1"
        asked = {"resourceRef": "room-1", "title": "Stand-up"}
        who = {"x_frontdesk_subject": "network:one", "x_frontdesk_scheme": "basic"}
        status, _, text = ask(bookings, method="POST", body=asked, x_frontdesk_network="one", **who)
        assert status == 201
        booked = json.loads(text)
        assert booked["createdBy"]["subject"] == "network:one"
        assert json.loads(ask(bookings, x_frontdesk_network="one")[2])["bookings"] == [booked]
        assert json.loads(ask(bookings, x_frontdesk_network="two")[2])["bookings"] == []
        assert ask(f"{bookings}/{booked['id']}", method="DELETE", x_frontdesk_network="two")[0] == 404
        assert ask(f"{bookings}/{booked['id']}", method="DELETE", x_frontdesk_network="one")[0] == 204
        assert ask(bookings, method="POST", body=["no"], x_frontdesk_network="one")[0] == 400


def test_the_demo_api_serves_what_its_document_lists() -> None:
    """The document is the policy, so what it lists must exist behind it (networks are Frontdesk's own answer)."""
    policy = compile_policy(load_document(DOCUMENT), networkless_operations=["GET /networks/v1"])
    app = CoworkingApi({}).app()
    served_here = {(method, route.path) for route in app.routes for method in route.methods if method != "HEAD"}
    listed = {(each.method, each.template) for each in policy.operations}
    plain = {(method, path.replace("{locationId}", "{id}").replace("{resourceId}", "{id}")) for method, path in listed}
    plain = {(method, path.replace("{bookingId}", "{id}")) for method, path in plain}
    assert plain - {("GET", "/networks/v1")} == served_here
    assert policy.known_scopes == {"locations", "locations.readonly", "resources", "resources.readonly"}


def write_mail(folder: Path, name: str, *, subject: str, text: str) -> None:
    """One .eml file."""
    message = EmailMessage()
    message["To"], message["From"], message["Subject"] = "olena@northside.example", "desk@x.example", subject
    message.set_content(text)
    (folder / name).write_bytes(message.as_bytes())


def test_the_mailbox_shows_the_newest_mail_first_with_its_code(tmp_path: Path) -> None:
    """Leading zeros stay, mails without a code have none, and what a mail says is text, never HTML."""
    write_mail(tmp_path, "1.eml", subject="Your API credentials were regenerated", text="<b>2026</b> ab123456-00")
    write_mail(tmp_path, "2.eml", subject="042917 is your code", text="Your code is 042917.")
    for number, name in enumerate(("1.eml", "2.eml")):
        os.utime(tmp_path / name, (1_000_000 + number, 1_000_000 + number))
    (tmp_path / ".3.eml.part").write_text("half a letter")
    letters = read_letters(tmp_path)
    assert [letter.code for letter in letters] == ["042917", ""]
    with served(mailbox(tmp_path)) as server:
        status, headers, page = ask(server.url)
    assert status == 200
    assert "&lt;b&gt;2026&lt;/b&gt;" in page
    assert "default-src 'none'" in headers["content-security-policy"]
    assert page.index("042917 is your code") < page.index("regenerated")


def test_a_mailbox_without_a_folder_is_empty(tmp_path: Path) -> None:
    """Before the first mail there is no folder: the page says what will be here."""
    with served(mailbox(tmp_path / "none")) as server:
        assert "No mail yet" in ask(server.url)[2]


def test_secrets_are_shortened_and_ids_are_not() -> None:
    """Every kind of secret in a request or an answer; client ids stay readable."""
    text = "client_id=fdci_aaaaaaaaaaaaaaaaaaaaaa&client_secret=fdcs_bbbbbbbbbbbbbbbbbbbb1234&code=fdac_cccc-cccc_cccc9"
    assert shorten(text) == "client_id=fdci_aaaaaaaaaaaaaaaaaaaaaa&client_secret=fdcs_…1234&code=fdac_…ccc9"


def test_the_partner_sends_state_and_a_challenge_and_keeps_the_verifier() -> None:
    """Step 1, with PKCE S256; two connects never share either."""
    doors = DoorLocks(REGISTRATION, Line(REGISTRATION.issuer, None))  # type: ignore[arg-type]
    first, second = Visit(), Visit()
    query = parse_qs(urlsplit(doors.begin(first)).query)
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["code_challenge"][0]) == 43
    assert query["state"] != parse_qs(urlsplit(doors.begin(second)).query)["state"]
    assert first.verifier not in str(query)


@pytest.mark.parametrize(
    ("brought", "note"),
    [
        ({"code": "c", "state": "another"}, "does not belong"),
        ({"code": "c"}, "does not belong"),
        ({"code": "c", "state": "right", "iss": "http://evil.example"}, "another front desk"),
        ({"error": "access_denied", "state": "right", "error_description": "no"}, "access_denied (no)"),
    ],
)
def test_the_partner_judges_what_the_browser_brings_back(brought: dict[str, str], note: str) -> None:
    """A wrong state, a wrong issuer and a refusal exchange nothing; state works once (RFC 6749 §10.12, RFC 9207)."""
    visit = Visit(state="right", verifier="v")
    doors = DoorLocks(REGISTRATION, Line(REGISTRATION.issuer, None))  # type: ignore[arg-type]
    asyncio.run(doors.come_back(visit, brought))
    assert note in visit.note
    assert visit.is_bad
    assert visit.state == ""
    assert visit.keys is None


def test_the_partner_takes_forms_from_its_own_page_only() -> None:
    """A form of another site must not make this app call or disconnect for its user."""
    app = PartnerApp(REGISTRATION, origin="http://localhost:2", mailbox="http://m.example", account="http://a.example")
    with served(app.app()) as server:
        assert ask(f"{server.url}/disconnect", method="POST", body={}, origin="http://evil.example")[0] == 403
        assert ask(f"{server.url}/call", method="POST", body={})[0] == 403


def test_the_partner_says_so_where_the_front_desk_does_not_answer() -> None:
    """An outage is a sentence, not a stack trace."""

    async def try_it() -> Visit:
        visit = Visit(state="right", verifier="v")
        async with aiohttp.ClientSession() as session:
            doors = DoorLocks(REGISTRATION, Line(REGISTRATION.issuer, session))
            await PartnerApp._survive(visit, doors.come_back(visit, {"code": "c", "state": "right"}))
        return visit

    assert "does not answer" in asyncio.run(try_it()).note
