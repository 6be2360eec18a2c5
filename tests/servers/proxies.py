"""The four proxies that may stand in front, by name."""

from collections.abc import Callable

from servers import caddy, envoy, nginx, traefik
from servers.front_proxy import FrontProxy

START: dict[str, Callable[..., FrontProxy]] = {
    "nginx": nginx.start,
    "caddy": caddy.start,
    "traefik": traefik.start,
    "envoy": envoy.start,
}
