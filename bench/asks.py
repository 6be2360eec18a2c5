"""Every page of the console as a request, in each state that costs differently."""

from dataclasses import dataclass

from city import City
from frontdesk.web.page_app import Open
from frontdesk.web.site import PAGES

# What only sends people on, to or from the provider's own sign-in.
NO_PAGES = ("/sign-in/provider", "/sign-in/provider/callback")
NETWORK = "/account/networks/{network}"
FILES = (f"{NETWORK}/history/export",)  # up to ten thousand rows: no page, and held to nothing
WHOSE = {"/partner/invitations/{invitation}": "member"}  # where it is not Ona's
# What stands behind the path, where a page says little without.
QUERIES = {
    "/operator/search": "?q=n",
    f"{NETWORK}/history/export": "?format=csv",
}
# Other states of a page: its path, the state, whose it is, what stands behind the path.
STATES = (
    ("/account", "hundreds of networks", "vera", ""),
    ("/account", "one role", "member", ""),
    ("/account/apps", "hundreds of networks", "vera", ""),
    ("/account/apps", "nothing", "member", ""),
    ("/account/security", "hundreds of networks", "vera", ""),
    ("/partner", "to join", "member", ""),
    (f"{NETWORK}/history", "one topic", "ona", "?what=credentials"),
    (f"{NETWORK}/requests", "one status", "ona", "?status=403"),
    (f"{NETWORK}/requests", "none found", "ona", "?status=429"),
    ("/operator/search", "a network's title", "ona", "?q=Network+12"),
    ("/operator/search", "an address", "ona", "?q=p12"),
    ("/operator/search", "nothing", "ona", "?q=zzz"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request for a page. `page` is its path in the table of pages."""

    page: str
    state: str
    cookie: str
    target: str

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.page} ({self.state})" if self.state else self.page


def asks_of(city: City) -> list[Ask]:
    """What is only met on the way comes first, before it runs out."""
    asks = []
    for name, (cookie, target) in city.on_the_way.items():
        page, _, state = name.partition(" ")
        asks.append(Ask(page=page, state=state, cookie=cookie, target=target))
    whose = {"ona": city.ona, "vera": city.vera, "member": city.member, "nobody": city.nobody}
    there = {ask.page for ask in asks if not ask.state}
    for path, app in PAGES.items():
        if app.show is not None and path not in there and path not in NO_PAGES:
            cookie = whose[WHOSE.get(path, "nobody" if isinstance(app, Open) else "ona")]
            asks.append(Ask(page=path, state="", cookie=cookie, target=_filled(path, city) + QUERIES.get(path, "")))
    for path, state, who, query in STATES:
        asks.append(Ask(page=path, state=state, cookie=whose[who], target=_filled(path, city) + query))
    return asks


def _filled(path: str, city: City) -> str:
    for name, value in city.places.items():
        path = path.replace(f"{{{name}}}", value)
    if "{" in path:
        raise SystemExit(f"bench: error: the city has nothing to show at {path}")
    return path
