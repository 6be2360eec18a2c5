"""What was written in a file, judged once: everything in the form that it is stored in, or all that is wrong with it.

The same rules as for what is typed at the command line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import urlsplit

from frontdesk.flows.app_logos import PICTURE_PROBLEMS
from frontdesk.flows.hardening import ALWAYS_STRICT
from frontdesk.flows.operator import Objection, read_address, read_network_id, read_title
from frontdesk.flows.registration import read_client_scopes, read_own_scopes, read_redirect_uris
from frontdesk.protocol.credential_wishes import Wish, read_wish
from frontdesk.protocol.declared import Declared, DeclaredApp, DeclaredNetwork, DeclaredServer
from frontdesk.protocol.declared_parts import DeclaredPair, DeclaredPartner, DeclaredRules, end_of
from frontdesk.protocol.ids import Email, Micros
from frontdesk.protocol.network_rules import MAX_APPS, MAX_DAYS
from frontdesk.protocol.pictures import PictureFault, name_picture, read_picture
from frontdesk.protocol.records import Profile
from frontdesk.protocol.scopes import CONTRACT, Inclusion

MOST_SAID = 20  # faults of one file
MAX_ID = 255
MAX_LINK = 500

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredReader:
    """Reads one file. `known_scopes` is empty where no document says which there are."""

    known_scopes: frozenset[str] = frozenset()
    inclusion: Inclusion = CONTRACT
    operations: tuple[str, ...] = ()
    faults: list[str] = field(default_factory=list)

    def read(self, written: Declared) -> Declared | Objection:
        """The file in its one form."""
        read = Declared(
            networks=tuple([self._network(network) for network in written.networks]),
            apps=tuple([self._app(app) for app in written.apps]),
            servers=tuple([self._server(server) for server in written.servers]),
            partners=tuple(sorted(map(self._partner, written.partners), key=lambda partner: partner.email)),
            blocked=None if written.blocked is None else self._people("blocked", written.blocked),
            pictures=self._pictures(written.apps, written.pictures),
        )
        if not self.faults:
            return read
        more = [f"and {len(self.faults) - MOST_SAID} more"] if len(self.faults) > MOST_SAID else []
        return Objection(
            problem="\n".join([*self.faults[:MOST_SAID], *more]), hint="nothing was changed; put the file right"
        )

    def _network(self, network: DeclaredNetwork) -> DeclaredNetwork:
        what = f"network {_shown(network.id)}"
        return DeclaredNetwork(
            id=self._take(what, read_network_id(network.id), network.id),
            title=self._take(what, read_title(network.title, what="title"), network.title),
            owner=self._take(what, read_address(network.owner), network.owner),
            administrators=self._people(what, network.administrators),
            members=self._people(what, network.members),
            credentials=None if network.credentials is None else self._pairs(what, network.credentials),
            rules=self._rules(what, network.rules),
        )

    def _pairs(self, what: str, pairs: Sequence[DeclaredPair]) -> tuple[DeclaredPair, ...]:
        read = tuple(sorted([self._pair(what, pair) for pair in pairs], key=lambda pair: pair.name))
        if len({pair.name for pair in read}) < len(read):
            self.faults.append(f"{what}: two credentials have one name")
        return read

    def _pair(self, what: str, pair: DeclaredPair) -> DeclaredPair:
        """As it may be typed; its last day may be over by now."""
        wish = Wish(
            name=pair.name,
            read_only=pair.read_only,
            operations="\n".join(pair.operations),
            addresses="\n".join(pair.addresses),
            last_day="" if pair.name else pair.last_day,  # the main pair has none
        )
        known = self.operations or pair.operations
        read = read_wish(wish, operations=known, is_main=not pair.name, now=Micros(0))
        try:
            end_of(pair.last_day)
        except ValueError:
            self.faults.append(f"{what}: a last day is written as 2027-01-31")
        if isinstance(read, tuple):
            self.faults.extend(f"{what}: credentials {_shown(pair.name) or 'main'}: {fault.text}" for fault in read)
            return pair
        said = read.narrowing
        return replace(pair, name=read.name, operations=said.operations, addresses=said.addresses)

    def _rules(self, what: str, rules: DeclaredRules | None) -> DeclaredRules | None:
        if rules is None:
            return None
        if rules.connection_days is not None and not 1 <= rules.connection_days <= MAX_DAYS:
            self.faults.append(f"{what}: days are 1 to {MAX_DAYS}, or none")
        if len(rules.apps or ()) > MAX_APPS:
            self.faults.append(f"{what}: there are at most {MAX_APPS} apps in its rules")
        return rules if rules.apps is None else replace(rules, apps=tuple(dict.fromkeys(rules.apps)))

    def _partner(self, partner: DeclaredPartner) -> DeclaredPartner:
        what = f"partner {_shown(partner.email)}"
        if partner.website and not _is_link(partner.website):
            self.faults.append(f"{what}: a link is https://… in ASCII, of at most {MAX_LINK} characters")
        return replace(
            partner,
            email=self._take(what, read_address(partner.email), partner.email),
            name=self._take(what, read_title(partner.name, what="name"), partner.name),
        )

    def _people(self, what: str, people: Sequence[Email]) -> tuple[Email, ...]:
        return tuple(sorted(self._take(what, read_address(email), email) for email in people))

    def _app(self, app: DeclaredApp) -> DeclaredApp:
        what = f"app {_shown(app.client_id)}"
        known, inclusion = self.known_scopes, self.inclusion
        self._judge_id(what, app.client_id)
        if app.profile is Profile.COMPAT and (app.public or app.native):
            self.faults.append(f"{what}: {ALWAYS_STRICT.problem}")
        if app.native and not app.public:
            self.faults.append(f"{what}: an app on people's devices can keep no secret: it is public")
        if app.own_scopes and app.public:
            self.faults.append(f"{what}: an app without a secret can do nothing without a user")
        strangers = [scope for scope in app.optional_scopes if scope not in app.scopes]
        if strangers:
            self.faults.append(f"{what}: {_shown(strangers[0])} may be left out, but is none of its scopes")
        for link in (app.homepage, app.privacy_url):
            if link and not _is_link(link):
                self.faults.append(f"{what}: a link is https://… in ASCII, of at most {MAX_LINK} characters")
        return replace(
            app,
            name=self._take(what, read_title(app.name, what="name"), app.name),
            makers=None if app.makers is None else self._people(what, app.makers),
            redirect_uris=self._take(
                what, read_redirect_uris(app.redirect_uris, is_native=app.native), app.redirect_uris
            ),
            scopes=self._take(
                what, read_client_scopes(" ".join(app.scopes), known=known, inclusion=inclusion), app.scopes
            ),
            own_scopes=self._take(
                what, read_own_scopes(" ".join(app.own_scopes), known=known, inclusion=inclusion), app.own_scopes
            ),
        )

    def _pictures(self, apps: Sequence[DeclaredApp], pictures: Mapping[str, bytes]) -> dict[str, bytes]:
        """Made anew as if they were uploaded; each is the logo of the one app that its name is made of."""
        kept: dict[str, bytes] = {}
        for app in apps:
            what, sent = f"the logo of app {_shown(app.client_id)}", pictures.get(app.logo or "")
            picture = read_picture(sent) if sent is not None else None
            if isinstance(picture, PictureFault):
                self.faults.append(f"{what}: {PICTURE_PROBLEMS[picture]}")
            elif picture is not None and name_picture(app.client_id, picture) != app.logo:
                self.faults.append(f"{what}: it is not the picture that its name says")
            elif picture is not None:
                kept[app.logo or ""] = picture.body
        strangers = sorted(pictures.keys() - {app.logo for app in apps})
        self.faults.extend(f"picture {_shown(name)}: it is no app's logo" for name in strangers)
        return kept

    def _server(self, server: DeclaredServer) -> DeclaredServer:
        what = f"resource server {_shown(server.id)}"
        self._judge_id(what, server.id)
        return replace(server, name=self._take(what, read_title(server.name, what="name"), server.name))

    def _judge_id(self, what: str, text: str) -> None:
        if not text.isascii() or not text.isprintable() or " " in text or not 1 <= len(text) <= MAX_ID:
            self.faults.append(f"{what}: an id is 1 to {MAX_ID} printable ASCII characters without spaces")

    def _take(self, what: str, read: T | Objection, written: T) -> T:
        if not isinstance(read, Objection):
            return read
        self.faults.append(f"{what}: {read.problem}")
        return written


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    is_plain = text.isascii() and text.isprintable() and not set(text) & set(" \"'<>\\`{}|^")
    return is_plain and parts.scheme == "https" and bool(host) and "@" not in parts.netloc and len(text) <= MAX_LINK


def _shown(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text[:80])
