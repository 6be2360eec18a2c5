"""Programs that connect an app and make its first call, with the app's own ids in them and never its secret.

The files in `samples` are the programs. `<<NAME>>` stands for a value as a string of JSON, which Python, JavaScript and
Go read as their own; `:sh` and `:php` for one of these; HEADER, alone, for its bare name. A line that begins with
`?secret`, `?public`, `?https` or `?plain` is there where that holds.
"""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import urlencode

from frontdesk.protocol.records import Client

LANGUAGES: Mapping[str, str] = {
    "curl": "curl",
    "python": "Python, Authlib",
    "node": "Node, openid-client",
    "php": "PHP, league/oauth2-client",
    "go": "Go, x/oauth2",
}
_PLACE = re.compile(r"<<([A-Z_]+)(?::(sh|php|str))?>>")
_CONDITION = re.compile(r"\?(secret|public|https|plain) (.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a program is made for. `path`: a GET that a token of the app opens."""

    issuer: str
    client: Client
    redirect_uri: str
    network_header: str
    path: str

    @property
    def values(self) -> Mapping[str, str]:
        """What stands for what."""
        scope = " ".join(self.client.scopes)
        asked = {
            "client_id": self.client.id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": scope,
        }
        authorize = f"{self.issuer}/oauth2/authorize"
        return {
            "ISSUER": self.issuer,
            "AUTHORIZE_URL": authorize,
            "TOKEN_URL": f"{self.issuer}/oauth2/token",
            "CALL_URL": f"{self.issuer}{self.path}",
            "LINK": f"{authorize}?{urlencode(asked)}",
            "CLIENT_ID": self.client.id,
            "REDIRECT_URI": self.redirect_uri,
            "SCOPE": scope,
            "HEADER": self.network_header,
        }

    @property
    def conditions(self) -> frozenset[str]:
        """What holds of the app and of our address."""
        return frozenset(
            (
                "secret" if self.client.is_confidential else "public",
                "https" if self.issuer.startswith("https://") else "plain",
            )
        )


def render_quick_start(language: str, start: Start) -> str:
    """The program in this language."""
    values, conditions = start.values, start.conditions

    def fill(place: re.Match[str]) -> str:
        name, form = place[1], place[2] or ""
        if name == "SCOPES":
            return ", ".join(_quoted(scope, form) for scope in start.client.scopes)
        return values[name] if name == "HEADER" and not form else _quoted(values[name], form)

    lines = []
    for line in _sample(language).splitlines():
        condition = _CONDITION.fullmatch(line)
        if condition is None or condition[1] in conditions:
            lines.append(_PLACE.sub(fill, line if condition is None else condition[2]))
    return "\n".join(lines)


@cache
def _sample(language: str) -> str:
    return files("frontdesk.web").joinpath("samples", f"{language}.txt").read_text(encoding="utf-8")


def _quoted(text: str, form: str) -> str:
    if form == "sh":
        return shlex.quote(text)
    if form == "php":
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return json.dumps(text)
