"""The form that says what an app is: for a new one, and for one that is there. Its addresses can be checked first."""

from collections.abc import Mapping

from frontdesk.protocol.app_forms import (
    MAX_REDIRECT_URIS,
    OPTIONAL,
    REQUIRED,
    AppForm,
    Fault,
    judge_redirects,
    read_lines,
)
from frontdesk.protocol.errors import Refusal
from frontdesk.protocol.http import Answer
from frontdesk.protocol.near_misses import find_near_miss, lookalikes_of
from frontdesk.protocol.records import Client, Review, User
from frontdesk.protocol.scopes import read_scopes
from frontdesk.web.desk import Desk, Visit
from frontdesk.web.pages import send_to
from frontdesk.web.partner_pages import SECTION, path_of
from frontdesk.web.views_partner import AppFormView, FreshAppView, ScopeChoice, Verdict, VerdictsView
from frontdesk.web.words import NO_SUCH_PAGE, notice_of

CHECKS = "/partner/redirects"
_SCOPE = "scope:"  # a field's name is this and the scope's
_CHECK = "check"  # the button that changes nothing
_MAX_TEXT = 40_000


async def show_new_app(desk: Desk, visit: Visit, user: User) -> Answer:
    """An empty form."""
    if await desk.partners.find(user) is None:
        return send_to("/partner", status=302)
    return _form_page(desk, visit, AppForm(name="", scopes={}), None)


async def make_app(desk: Desk, visit: Visit, user: User) -> Answer:
    """A new app, with its secret in this answer."""
    form, on_devices = _read_form(desk, visit), visit.asked("kind") == "devices"
    if visit.asked("step") == _CHECK:
        return _form_page(desk, visit, form, None, checks=True)
    made = await desk.partners.make_app(user, form, on_devices=on_devices, origin=visit.origin)
    if isinstance(made, Refusal):
        return desk.notice(visit, notice_of(made.reason))
    if isinstance(made, tuple):
        return _form_page(desk, visit, form, None, faults=made)
    view = FreshAppView(
        path=path_of(made.client),
        app=made.client.name,
        client_id=made.client.id,
        secret=made.secret,
        is_new=True,
    )
    return desk.page(visit, view, section=SECTION)


async def show_about(desk: Desk, visit: Visit, user: User) -> Answer:
    """The form as it was filled in last."""
    client = await desk.partners.open_app(user, visit.params["app"])
    if isinstance(client, Refusal):
        return desk.notice(visit, notice_of(client.reason))
    return _form_page(desk, visit, _form_of(client), client)


async def change_app(desk: Desk, visit: Visit, user: User) -> Answer:
    """Write it down, or only check the addresses."""
    client = await desk.partners.open_app(user, visit.params["app"])
    if isinstance(client, Refusal):
        return desk.notice(visit, notice_of(client.reason))
    form = _read_form(desk, visit)
    if visit.asked("step") == _CHECK:
        return _form_page(desk, visit, form, client, checks=True)
    changed = await desk.partners.change_app(user, client.id, form, origin=visit.origin)
    if isinstance(changed, Refusal):
        return desk.notice(visit, notice_of(changed.reason))
    if isinstance(changed, tuple):
        return _form_page(desk, visit, form, client, faults=changed)
    return send_to(path_of(changed))


def _form_page(
    desk: Desk,
    visit: Visit,
    form: AppForm,
    client: Client | None,
    *,
    faults: tuple[Fault, ...] = (),
    checks: bool = False,
) -> Answer:
    on_devices = client.native if client is not None else visit.asked("kind") == "devices"
    path = path_of(client) if client is not None else ""
    uris, probe = read_lines(form.redirect_uris), visit.asked("probe").strip()[:2_000]
    known = desk.partners.known_scopes()
    view = AppFormView(
        ticket=desk.ticket(visit, f"{path}/about" if path else "/partner/apps/new"),
        path=path,
        app=client.name if client is not None else "",
        name=form.name[:200],
        homepage=form.homepage[:2_000],
        privacy_url=form.privacy_url[:2_000],
        redirect_uris=form.redirect_uris,
        scopes=_choices(desk, form.scopes, known),
        knows_scopes=known is not None,
        checks=desk.ticket(visit, CHECKS),
        on_devices=on_devices,
        probe=probe,
        probe_fits=probe in uris,
        near=find_near_miss(probe, uris) if probe else None,
        verdicts=_verdicts(desk, uris, on_devices) if checks else (),
        is_public=client is not None and client.review in (Review.APPROVED, Review.SUBMITTED),
        faults=faults,
    )
    return desk.page(visit, view, status=400 if faults else 200, section=SECTION, script="redirects.js", asks=CHECKS)


async def check_redirects(desk: Desk, visit: Visit, user: User) -> Answer:
    """What is to be said of addresses while they are typed; nothing is changed."""
    if await desk.partners.find(user) is None:
        return desk.notice(visit, NO_SUCH_PAGE)
    uris = read_lines(visit.asked("redirect_uris")[:_MAX_TEXT])
    probe = visit.asked("probe").strip()[:2_000]
    view = VerdictsView(
        probe=probe,
        probe_fits=probe in uris,
        near=find_near_miss(probe, uris) if probe else None,
        verdicts=_verdicts(desk, uris, visit.asked("kind") == "devices"),
    )
    return desk.page(visit, view)


def _verdicts(desk: Desk, uris: tuple[str, ...], on_devices: bool) -> tuple[Verdict, ...]:
    """What is to be said of each address that was typed."""
    found = []
    for uri in uris[:MAX_REDIRECT_URIS]:
        faults = judge_redirects((uri,), is_native=on_devices) if uri != desk.partners.test_page else []
        found.append(
            Verdict(
                uri=uri[:200], why=faults[0].why if faults else None, lookalikes=() if faults else lookalikes_of(uri)
            )
        )
    return tuple(found)


def _choices(desk: Desk, chosen: Mapping[str, str], known: frozenset[str] | None) -> tuple[ScopeChoice, ...]:
    """Every scope that there is, and what was chosen besides."""
    names = sorted(known or ()) + [scope for scope in chosen if scope not in (known or ())]
    return tuple(ScopeChoice(name=name, text=_text_of(desk, name), kind=chosen.get(name, "")) for name in names)


def _text_of(desk: Desk, scope: str) -> str:
    """A scope in plain words; empty where the document has none."""
    lines = desk.scope_words.lines((scope,))
    return lines[0].text if lines and lines[0].text != scope else ""


def _read_form(desk: Desk, visit: Visit) -> AppForm:
    if desk.partners.known_scopes() is not None:
        scopes = {
            name.removeprefix(_SCOPE): kind
            for name, kind in visit.form.values.items()
            if name.startswith(_SCOPE) and kind in (REQUIRED, OPTIONAL)
        }
    else:
        scopes = dict.fromkeys(_typed(visit.asked("required")), REQUIRED)
        scopes |= {scope: OPTIONAL for scope in _typed(visit.asked("optional")) if scope not in scopes}
    return AppForm(
        name=visit.asked("name"),
        homepage=visit.asked("homepage"),
        privacy_url=visit.asked("privacy_url"),
        redirect_uris=visit.asked("redirect_uris")[:_MAX_TEXT],
        scopes=scopes,
    )


def _typed(text: str) -> tuple[str, ...]:
    """Typed scopes; what cannot be one is kept whole, to be told of."""
    scopes = read_scopes(text)
    return scopes if scopes is not None else (text,)


def _form_of(client: Client) -> AppForm:
    return AppForm(
        name=client.name,
        homepage=client.homepage,
        privacy_url=client.privacy_url,
        redirect_uris="\n".join(client.redirect_uris),
        scopes={scope: OPTIONAL if scope in client.optional_scopes else REQUIRED for scope in client.scopes},
    )
