"""What a run knows: ids, secrets, tokens and paths by name. A secret is told to the server and to nobody else."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_NAMED = re.compile(r"\{([a-z_0-9]+)\}")

# What may be shown as it is; everything else is shown by its name.
_PLAIN = ("path_", "method_", "scope", "header")

# Why something is not known that no earlier step gives.
ABSENT: Mapping[str, str] = {
    "client_id": "no app: give --data, or --client-id and --redirect-uri",
    "client_secret": "no app's secret: give --data, or FRONTDESK_TRY_SECRET",
    "redirect_uri": "no app: give --data, or --client-id and --redirect-uri",
    "scope": "it is not known what the app may ask for: give --scope",
    "scope_a": "two scopes of the app are needed: give --scope",
    "basic_id": "no Basic pair: give --data, or --basic-id",
    "basic_secret": "no Basic pair's secret: give --data, or FRONTDESK_TRY_BASIC_SECRET",
    "network": "the network of the Basic pair is not known: give --network",
    "other_client_id": "a second app is made with --data only",
    "basic_b_id": "a second network is made with --data only",
    "network_b": "a second network is made with --data only",
    "basic_c_id": "a third network is made with --data only",
    "owner_email": "nobody can sign in: that takes --data, and the mails (--mail)",
    "nobody_email": "nobody can sign in: that takes --data, and the mails (--mail)",
    "locked_email": "nobody can sign in: that takes --data, and the mails (--mail)",
    "guest_email": "nobody can sign in: that takes --data, and the mails (--mail)",
    "members_are_not_offered": "members may connect networks here (picker_roles), so nobody has none to connect",
    "many_at_once": "the limit here is too high to be met by a trial",
    "path_introspection": "the server's metadata names no introspection endpoint",
    "path_call": "no GET for both kinds of caller is known: give --openapi",
    "path_narrow": "the API's document has no GET that needs another scope",
    "path_readonly": "the API's document has no GET that lists a .readonly scope alone",
    "path_any_token": "the API's document has no GET with an empty list of scopes",
    "path_oauth_only": "the API's document has no operation for OAuth2 alone that may be tried",
    "path_basic_only": "the API's document has no operation for Basic alone that may be tried",
    "path_networks": "the API's document has no GET /networks/v1",
    "path_unlisted": "the API's document is not known: give --openapi",
    "path_overlap": "the API's document has no two templates that fit one path equally well",
}


@dataclass(slots=True, kw_only=True)
class Facts:
    """Values by name. Only `write` writes; what an earlier step gave is found by later ones."""

    known: dict[str, str] = field(default_factory=dict, repr=False)

    def write(self, name: str, value: str) -> None:
        """Remember a value; an empty one is none."""
        if value:
            self.known[name] = value

    def get(self, name: str) -> str:
        """A value; empty where it is not known."""
        return self.known.get(name, "")

    def missing(self, *texts: str) -> str:
        """The first name in the texts that has no value; empty where all are known."""
        return next((name for text in texts for name in _NAMED.findall(text) if name not in self.known), "")

    def fill(self, text: str) -> str:
        """The text with values in the place of `{names}`."""
        return _NAMED.sub(lambda found: self.known[found[1]], text)

    def redact(self, text: str) -> str:
        """A text from outside with everything that this run knows put out of sight, the longest first."""
        hidden = [(value, name) for name, value in self.known.items() if not name.startswith(_PLAIN) and len(value) > 7]
        for value, name in sorted(hidden, key=lambda pair: len(pair[0]), reverse=True):
            text = text.replace(value, f"<{words(name)}>")
        return text

    def show(self, text: str) -> str:
        """The text for people: paths and scopes as they are, all else by name."""
        return self.show_as(text, lambda name: f"<{words(name)}>")

    def show_as(self, text: str, hide: Callable[[str], str]) -> str:
        """The same, with another way to put a name in the place of what is not shown."""

        def shown(found: re.Match[str]) -> str:
            name = found[1]
            return self.known[name] if name.startswith(_PLAIN) and name in self.known else hide(name)

        return _NAMED.sub(shown, text)


def words(name: str) -> str:
    """A fact's name for people."""
    return name.replace("_", " ")


def why_absent(name: str) -> str:
    """The reason for leaving a step out that needs this fact."""
    kind = name.replace("method_s_", "path_").replace("method_", "path_")
    return ABSENT.get(name) or ABSENT.get(kind) or f"no earlier step gave the {words(name)}"
