"""What a partner says of an app, judged field by field: all that is wrong at once, each beside its field.

An app's name is read by people who must not take it for another's; its links are followed by them.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from frontdesk.protocol.messages import N_, Message, say
from frontdesk.protocol.redirects import judge_registration
from frontdesk.protocol.scopes import CONTRACT, Inclusion, Scopes, missing, read_scopes
from frontdesk.protocol.titles import MAX_TITLE, TitleFault, judge_title

MAX_REDIRECT_URIS = 20
REQUIRED, OPTIONAL = "required", "optional"

NAME, HOMEPAGE, PRIVACY, REDIRECTS, SCOPES = "name", "homepage", "privacy_url", "redirect_uris", "scopes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with one field. `shown`: the part of what was typed that it is about."""

    field: str
    why: str
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppForm:
    """As it was typed. `redirect_uris`: one a line. `scopes`: each that is asked for, required or optional."""

    name: str
    homepage: str = ""
    privacy_url: str = ""
    redirect_uris: str = ""
    scopes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOfApp:
    """The same, fit to be stored."""

    name: str
    homepage: str
    privacy_url: str
    redirect_uris: tuple[str, ...]
    scopes: Scopes
    optional_scopes: Scopes


def judge_app_form(
    form: AppForm,
    *,
    known_scopes: frozenset[str] | None,
    is_native: bool,
    test_page: str,
    inclusion: Inclusion = CONTRACT,
) -> SaidOfApp | tuple[Fault, ...]:
    """What the form says, or all that is wrong with it. `known_scopes` is None where nobody knows which exist.

    `test_page`: an address of our own that is good without being judged.
    """
    faults: list[Fault] = []
    name = judge_name(form.name)
    if isinstance(name, Message):
        faults.append(Fault(field=NAME, why=name))
    for field, link in ((HOMEPAGE, form.homepage), (PRIVACY, form.privacy_url)):
        why = judge_link(link.strip()) if link.strip() else None
        if why is not None:
            faults.append(Fault(field=field, why=why))
    uris = read_lines(form.redirect_uris)
    if uris != (test_page,):
        faults += judge_redirects(tuple(uri for uri in uris if uri != test_page), is_native=is_native)
    scopes = tuple(scope for scope, kind in form.scopes.items() if kind in (REQUIRED, OPTIONAL))
    faults += _judge_scopes(scopes, known_scopes, inclusion)
    if faults or isinstance(name, Message):
        return tuple(faults)
    return SaidOfApp(
        name=name,
        homepage=form.homepage.strip(),
        privacy_url=form.privacy_url.strip(),
        redirect_uris=uris,
        scopes=scopes,
        optional_scopes=tuple(scope for scope in scopes if form.scopes[scope] == OPTIONAL),
    )


def judge_name(text: str) -> str | Message:
    """A name as it is stored, or what is wrong with it."""
    named = judge_title(text)
    if not isinstance(named, TitleFault):
        return named
    if not text.strip():
        return N_("Enter a name.")
    if len(text.strip()) > MAX_TITLE:
        return say("The name is longer than %(most)d characters.", most=MAX_TITLE)
    return N_("The name holds a character that nobody can see. Type it anew.")


def judge_link(url: str) -> str | None:
    """What is wrong with a page that people are sent to; None: nothing."""
    fault = judge_registration(url if "/" in url[8:] else f"{url}/")
    if fault is not None or not url.startswith("https://"):
        return N_("Enter an address that begins with https://, or leave this empty.")
    return None


def judge_redirects(uris: tuple[str, ...], *, is_native: bool) -> list[Fault]:
    """What is wrong with each address that browsers shall be sent back to."""
    if not uris:
        return [Fault(field=REDIRECTS, why=N_("Enter at least one address, each in full."))]
    if len(uris) > MAX_REDIRECT_URIS:
        most = say("An app may have %(most)d addresses.", most=MAX_REDIRECT_URIS)
        return [Fault(field=REDIRECTS, why=most)]
    found = ((uri, judge_registration(uri, is_native=is_native)) for uri in uris)
    return [Fault(field=REDIRECTS, why=why, shown=uri[:200]) for uri, why in found if why is not None]


def read_lines(text: str) -> tuple[str, ...]:
    """The lines of a field that hold anything, each once."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _judge_scopes(scopes: Scopes, known: frozenset[str] | None, inclusion: Inclusion) -> list[Fault]:
    if not scopes:
        return [Fault(field=SCOPES, why=N_("Choose at least one thing that the app may do."))]
    if read_scopes(" ".join(scopes)) != scopes:
        return [Fault(field=SCOPES, why=N_("A scope is one word without quotation marks."))]
    unknown = missing(scopes, tuple(sorted(known)), inclusion) if known is not None else ()
    if known is None or not unknown:
        return []
    near = difflib.get_close_matches(unknown[0], sorted(known), n=1)
    why = N_("There is no such scope.")
    if near:
        why = say("There is no such scope. Did you mean %(near)s?", near=near[0])
    return [Fault(field=SCOPES, why=why, shown=unknown[0][:100])]
