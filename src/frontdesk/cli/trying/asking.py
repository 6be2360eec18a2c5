"""How a request is told: one line for the table, and a curl line for the document."""

from collections.abc import Callable
from typing import TypeAlias

from frontdesk.cli.trying.steps import Action, Ask, Fill, Follow, Pairs, ReadMail, Reload, Wait

Show: TypeAlias = Callable[[str], str]

_PROOFS: tuple[tuple[str, Pairs], ...] = (
    ("the app", (("client_id", "{client_id}"), ("client_secret", "{client_secret}"))),
    ("another app", (("client_id", "{other_client_id}"), ("client_secret", "{other_client_secret}"))),
)


def tell(action: Action, show: Show) -> str:
    """What is asked: method, path and essentials. `show` puts names in the place of secrets."""
    match action:
        case Ask():
            return _tell_request(action, show)
        case Fill():
            return f"{action.browser}'s browser: fill in the form with {_pairs(action.values, show)}"
        case Follow():
            return f"{action.browser}'s browser: follow the redirect"
        case Reload():
            return f"{action.browser}'s browser: open the {action.page.rpartition('/')[2]} page again"
        case ReadMail():
            return f"look for a mail to {show(action.email)}"
        case Wait():
            return action.asked


def _tell_request(ask: Ask, show: Show) -> str:
    if ask.brief:
        return f"{ask.method} {show(ask.path)}  {show(ask.brief)}"
    query = "?" + "&".join(f"{name}={show(value)}" for name, value in ask.query) if ask.query else ""
    parts = [f"{ask.method if '{' not in ask.method else show(ask.method)} {show(ask.path)}{query}"]
    if ask.basic is not None:
        parts.append(f"Basic {show(ask.basic[0])}:{show(ask.basic[1])}")
    if ask.bearer:
        parts.append(f"Bearer {show(ask.bearer)}")
    parts += [f"{show(name)}: {show(value)}" for name, value in ask.headers]
    if ask.form is not None:
        parts.append(_pairs(ask.form, show))
    if ask.together:
        parts.append("many at once")
    return "  ".join(parts)


def _pairs(pairs: Pairs, show: Show) -> str:
    for who, proof in _PROOFS:
        if set(proof) <= set(pairs):
            return f"as {who}: " + _pairs(tuple(pair for pair in pairs if pair not in proof), show)
    return " ".join(f"{name}={show(value)}" for name, value in pairs)


def curl(ask: Ask, show: Show) -> str:
    """The same as a curl line; `show` puts shell variables in the place of what only the reader has."""
    words = ["curl"]
    if ask.method != "GET" and ask.form is None:
        words.append(f"-X {show(ask.method)}")
    query = (
        "?" + "&".join(f"{name}={show(value).replace(' ', '%20')}" for name, value in ask.query) if ask.query else ""
    )
    words.append(f'"$API{show(ask.path)}{query}"')
    if ask.basic is not None:
        words.append(f'-u "{show(ask.basic[0])}:{show(ask.basic[1])}"')
    if ask.bearer:
        words.append(f'-H "Authorization: Bearer {show(ask.bearer)}"')
    words += [f'-H "{show(name)}: {show(value)}"' for name, value in ask.headers]
    words += [f'-d "{name}={show(value)}"' for name, value in ask.form or ()]
    return " \\\n  ".join([" ".join(words[:2]), *words[2:]])
