"""Furnishing what takes leaks in: the endpoint for reports, and the watch over URLs, where the settings want them."""

from collections.abc import Mapping
from dataclasses import replace

from frontdesk.assemble.house import House
from frontdesk.flows.leaks import Leaks
from frontdesk.runtime.leak_signatures import read_leak_keys
from frontdesk.web.front import Family, Route
from frontdesk.web.leaks import MAX_BODY, LeakEndpoint
from frontdesk.web.url_watch import UrlWatch

LEAKS_PATH = b"/_frontdesk/leaks"


def leak_routes(house: House, leaks: Leaks, family: Family) -> Mapping[bytes, Route]:
    """The endpoint, where there are keys of those who may report. Raises LeakKeysError."""
    if house.settings.leak_keys is None:
        return {}
    endpoint = LeakEndpoint(
        leaks=leaks, signatures=read_leak_keys(house.settings.leak_keys), is_https=house.settings.is_https
    )
    return {LEAKS_PATH: Route(handler=endpoint.report, family=family, max_body=MAX_BODY)}


def watched(house: House, leaks: Leaks, route: Route) -> Route:
    """A route whose refused requests are looked at for tokens in their URL, where the setting wants it."""
    if not house.settings.revoke_leaked_in_url:
        return route
    return replace(route, handler=UrlWatch(leaks=leaks, witness=house.witness).watch(route.handler))
