"""Filling the templates in."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from frontdesk.gateway.checker import MAX_HEADERS
from frontdesk.gateway.proxy_config import names
from frontdesk.gateway.proxy_config.layout import Layout
from frontdesk.gateway.refusals import body_of
from frontdesk.protocol.errors import Reason

# kind: the template and what it is; Traefik reads two files.
KINDS: dict[str, str] = {
    "nginx": "nginx.conf",
    "caddy": "Caddyfile",
    "traefik": "traefik-routes.yaml",
    "traefik-static": "traefik.yaml",
    "envoy": "envoy.yaml",
}


def render(kind: str, layout: Layout) -> str:
    """The text of one configuration file."""
    return _template(KINDS[kind]).render(
        it=layout,
        names=names,
        max_headers=MAX_HEADERS,
        malformed=body_of(Reason.MALFORMED_REQUEST),
        too_large=body_of(Reason.BODY_TOO_LARGE),
        headers_too_large=body_of(Reason.HEADERS_TOO_LARGE),
        no_answer=body_of(Reason.UPSTREAM_BROKEN),
        out_of_order=body_of(Reason.OUT_OF_ORDER),
    )


@cache
def _template(name: str) -> Template:
    # Delimiters that mean nothing in nginx's, Caddy's, Traefik's or Envoy's own languages.
    environment = Environment(
        loader=PackageLoader("frontdesk.gateway.proxy_config"),
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[=",
        variable_end_string="=]",
        comment_start_string="[#",
        comment_end_string="#]",
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - no HTML; the layout takes nothing that would need quotes
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(f"{name}.jinja")
