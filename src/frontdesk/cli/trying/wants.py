"""What the contract says of answers, as wants to choose from: each with its words and its judgement."""

import re
from urllib.parse import urlsplit

from frontdesk.cli.trying.facts import Facts
from frontdesk.cli.trying.forms import find_form, read_forms
from frontdesk.cli.trying.steps import Answer, Want

# What only the door says: an API behind it that uses one of these words would be taken for the door.
DOOR_TYPES = frozenset(
    {
        "invalidRequest",
        "unknownOperation",
        "methodNotAllowed",
        "unauthenticated",
        "rateLimited",
        "schemeForbidden",
        "networkRequired",
        "networkForbidden",
        "insufficientScope",
    }
)
_GATEWAY = (502, 504)


def status(*codes: int) -> Want:
    """One of these statuses."""
    said = " or ".join(map(str, codes))
    return Want(words=said, judge=lambda answer, _: "" if answer.status in codes else f"not {said}")


def has(name: str, value: str = "") -> Want:
    """A header that is there, or holds this."""
    lowered = name.lower()

    def judge(answer: Answer, _: Facts) -> str:
        found = answer.header(lowered)
        if not found:
            return f"no {name}"
        return "" if value.lower() in found.lower() else f"{name} without {value}"

    return Want(words=f"`{name}: {value}`" if value else f"`{name}`", judge=judge)


def allows(*methods: str) -> Want:
    """`Allow` names exactly these methods (facts, separated by spaces, are possible)."""

    def judge(answer: Answer, facts: Facts) -> str:
        wanted = set(facts.fill(" ".join(methods)).split())
        found = set(answer.header("allow").replace(",", " ").split())
        return "" if found == wanted else f"Allow is {' '.join(sorted(found)) or 'missing'}"

    words = "`Allow`" if any("{" in method for method in methods) else f"`Allow: {', '.join(methods)}`"
    return Want(words=words, judge=judge, needs=methods)


def refusal(code: int, kind: str) -> tuple[Want, ...]:
    """A refused API call: JSON with `message` and `type`, and a request id."""

    def judge(answer: Answer, _: Facts) -> str:
        if answer.document.get("type") != kind:
            return f"no type {kind}"
        return "" if isinstance(answer.document.get("message"), str) else "no message"

    return status(code), Want(words=f'`{{"message","type":"{kind}"}}`', judge=judge), has("X-Request-Id")


def challenges(*schemes: str, error: str = "") -> Want:
    """One challenge for each scheme; the bearer's names this error, or none at all (RFC 6750 §3)."""

    def judge(answer: Answer, _: Facts) -> str:
        found = [value for name, value in answer.headers if name == "www-authenticate"]
        said = ", ".join(found).lower()
        for scheme in schemes:
            if not re.search(rf"(^|[ ,]){scheme.lower()}( |$|,)", said):
                return f"no {scheme} challenge"
        if error and f'error="{error}"' not in said:
            return f'no error="{error}" in the challenge'
        return "an error in the challenge" if not error and "error=" in said else ""

    about = f' with `error="{error}"`' if error else " without `error`" if "Bearer" in schemes else ""
    return Want(words=f"a {' and a '.join(schemes)} challenge{about}", judge=judge)


def lists_scopes(fact: str) -> Want:
    """The challenge lists the scopes of which one would do."""

    def judge(answer: Answer, facts: Facts) -> str:
        found = re.search(r'scope="([^"]*)"', answer.header("www-authenticate"))
        wanted = set(facts.fill(fact).split())
        return "" if found and wanted <= set(found[1].split()) else "the challenge does not list the scopes"

    return Want(words="the challenge lists the scopes", judge=judge, needs=(fact,))


def passes() -> tuple[Want, ...]:
    """The call gets past the door: what then comes is the API's answer, or 502 where there is none."""

    def judge(answer: Answer, _: Facts) -> str:
        kind = answer.document.get("type")
        if kind in DOOR_TYPES or answer.status in (401, 403, 429):
            return "refused at the door"
        return ""

    def note(answer: Answer) -> str:
        if answer.status in _GATEWAY:
            return "passed the gateway; no API answered behind it"
        return "passed the gateway" if answer.status < 400 else "passed the gateway; the API's own answer"

    return (Want(words="the API's answer", judge=judge, note=note),)


def oauth_fault(code: int, error: str) -> tuple[Want, ...]:
    """A fault at the OAuth endpoints (RFC 6749 §5.2), never stored."""

    def judge(answer: Answer, _: Facts) -> str:
        return "" if answer.document.get("error") == error else f"no error {error}"

    return status(code), Want(words=f'`{{"error":"{error}"}}`', judge=judge), has("Cache-Control", "no-store")


def tokens(scope: str, *, refresh: str = "") -> tuple[Want, ...]:
    """A token answer that holds this scope; with `refresh`, the same refresh token as before."""

    def judge(answer: Answer, facts: Facts) -> str:
        said = answer.document
        for name in ("access_token", "refresh_token"):
            if not isinstance(said.get(name), str) or not said[name]:
                return f"no {name}"
        if said.get("token_type") != "Bearer":
            return "token_type is not Bearer"
        if said.get("expires_in") != 3600 or isinstance(said.get("expires_in"), bool):
            return "expires_in is not 3600"
        if said.get("scope") != facts.fill(scope):
            return f"scope is not {facts.fill(scope)!r}"
        return "" if not refresh or said["refresh_token"] == facts.fill(refresh) else "another refresh token"

    same = "the same refresh token" if refresh else "`refresh_token`"
    words = f"`access_token`, `expires_in` 3600, {same}, `scope` `{scope}`, `token_type` Bearer"
    return status(200), Want(words=words, judge=judge, needs=(scope, refresh)), has("Cache-Control", "no-store")


def is_json(text: str, document: dict[str, object]) -> Want:
    """Exactly this JSON object."""
    return Want(words=f"`{text}`", judge=lambda answer, _: "" if answer.document == document else f"not {text}")


def member(name: str, value: object) -> Want:
    """A JSON object with this member."""
    shown = f'"{name}":{str(value).lower()}'
    return Want(
        words=f"`{shown}`",
        judge=lambda answer, _: "" if answer.document.get(name) == value and name in answer.document else f"no {shown}",
    )


def empty_object() -> Want:
    """`{}`, and nothing else."""
    return Want(words="`{}`", judge=lambda answer, _: "" if answer.body.strip() == b"{}" else "not {}")


def networks(ids: str, *, exactly: bool = True) -> tuple[Want, ...]:
    """`{"networks":[{"id","title"}]}` with these networks, by fact."""

    def judge(answer: Answer, facts: Facts) -> str:
        listed = answer.document.get("networks")
        if not isinstance(listed, list) or not all(
            isinstance(one, dict) and {"id", "title"} <= one.keys() for one in listed
        ):
            return "no list of networks with id and title"
        found, wanted = {one["id"] for one in listed}, set(facts.fill(ids).split())
        return "" if (found == wanted if exactly else len(found) == 1) else f"{len(found)} networks, not those"

    return status(200), Want(words='`{"networks":[{"id","title"}]}`', judge=judge, needs=(ids,))


def page(*names: str, lacks: str = "") -> Want:
    """A page with a form that can send these names (and none that can send another)."""

    def judge(answer: Answer, _: Facts) -> str:
        if answer.header("location"):
            return "a redirect, not a page"
        missing = [name for name in names if find_form(answer.text, name) is None]
        if missing:
            return f"no form with {missing[0]}"
        return f"a form with {lacks}" if lacks and find_form(answer.text, lacks) is not None else ""

    fields = " and ".join(f"`{name}`" for name in names)
    return Want(words=f"a page whose form has {fields}" + (f" and no `{lacks}`" if lacks else ""), judge=judge)


def no_form(name: str) -> Want:
    """A page without a form that can send this name."""
    return Want(
        words=f"no form with `{name}`",
        judge=lambda answer, _: f"a form with {name}" if find_form(answer.text, name) is not None else "",
    )


def buttons(name: str, *values: str) -> Want:
    """A form whose buttons of this name are exactly these."""

    def judge(answer: Answer, _: Facts) -> str:
        form = find_form(answer.text, name)
        found = {value for button, value in form.buttons if button == name} if form is not None else set()
        return "" if found == set(values) else f"buttons {' '.join(sorted(found)) or 'none'}"

    return Want(words=f"its buttons are {' and '.join(values)}", judge=judge)


def offers(fact: str) -> Want:
    """The consent page offers exactly these networks."""

    def judge(answer: Answer, facts: Facts) -> str:
        form = find_form(answer.text, "network")
        found = {value for name, value in form.boxes if name == "network"} if form is not None else set()
        return "" if found == set(facts.fill(fact).split()) else f"{len(found)} networks offered, not those"

    return Want(words="it offers the networks of which the user is owner or administrator", judge=judge, needs=(fact,))


def no_redirect() -> Want:
    """An answer that leads nowhere else."""
    return Want(words="no redirect", judge=lambda answer, _: "a redirect" if answer.header("location") else "")


def lacks(fact: str, what: str) -> Want:
    """A value that must not be in the answer."""

    def judge(answer: Answer, facts: Facts) -> str:
        return f"{what} is in it" if facts.get(fact) and facts.get(fact) in answer.text else ""

    return Want(words=f"not a word of {what}", judge=judge)


def error_page() -> tuple[Want, ...]:
    """A page for the person, and never a redirect."""

    def judge(answer: Answer, _: Facts) -> str:
        return "" if "html" in answer.header("content-type").lower() else "no page"

    return status(400), no_redirect(), Want(words="an error page", judge=judge)


def stays_here() -> Want:
    """A redirect to the server's own pages."""

    def judge(answer: Answer, facts: Facts) -> str:
        location = answer.header("location")
        if not location:
            return "no Location"
        parts = urlsplit(location)
        here = location.startswith("/") and not location.startswith("//")
        own = f"{parts.scheme}://{parts.netloc}" == facts.get("issuer")
        return "" if here or own else "a redirect elsewhere"

    return Want(words="`Location`: its own sign-in or consent page", judge=judge)


def sent_back(*, error: str = "", state: str = "") -> Want:
    """Back at the app's redirect_uri with a code or this error, the state as it was sent, and `iss`."""

    def judge(answer: Answer, facts: Facts) -> str:
        if not answer.header("location").startswith(facts.get("redirect_uri")):
            return "not sent to the redirect_uri" if answer.header("location") else "no Location"
        said = answer.sent_back
        if error and said.get("error") != error:
            return f"no error={error}"
        if error and not said.get("error_description"):
            return "no error_description"
        if not error and (not said.get("code") or "error" in said):
            return "no code"
        if said.get("state", "") != facts.fill(state):
            return "not the state that was sent"
        return "" if said.get("iss") == facts.get("issuer") else "no iss, or not this server's"

    what = f"`error={error}`, `error_description`" if error else "`code`"
    return Want(words=f"`Location: redirect_uri?…` with {what}{', `state`' if state else ''}, `iss`", judge=judge)


def same_as(fact: str, what: str) -> Want:
    """The very answer that another step got."""
    return Want(
        words=f"the same answer as for {what}",
        judge=lambda answer, facts: "" if fingerprint(answer) == facts.get(fact) else f"another answer than for {what}",
    )


def fingerprint(answer: Answer) -> str:
    """Status and body, for comparing."""
    return f"{answer.status} {answer.text}"


def some_are(code: int, kind: str) -> Want:
    """Said of calls sent together: the driver hands over the first of this kind, or the last one."""
    return Want(
        words=f"beyond the limit: {code} `{kind}`",
        judge=lambda answer, _: "" if answer.status == code else f"no {code}",
    )


def seconds_to_wait() -> Want:
    """`Retry-After` in whole seconds."""

    def judge(answer: Answer, _: Facts) -> str:
        said = answer.header("retry-after")
        return "" if said.isdigit() and int(said) > 0 else "no Retry-After in seconds"

    return Want(words="`Retry-After`", judge=judge)


def same_shape(fact: str, what: str) -> Want:
    """A page with the same fields as another that was shown."""
    return Want(
        words=f"the same page as for {what}",
        judge=lambda answer, facts: "" if shape(answer) == facts.get(fact) else f"another page than for {what}",
    )


def shape(answer: Answer) -> str:
    """Status and every field of every form, for comparing pages whose texts differ by an address."""
    return f"{answer.status} " + " ".join(name for form in read_forms(answer.text) for name in sorted(form.names))
