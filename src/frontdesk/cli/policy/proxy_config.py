"""`frontdesk policy proxy-config`: a complete configuration for the proxy in front, as the test suite runs it."""

from typing import Any

import click

from frontdesk.cli import speech
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.settling import settle
from frontdesk.gateway.proxy_config import Layout, LayoutError, Place, read_listen, read_place, render
from frontdesk.settings import Settings

# What Frontdesk serves itself, beside its pages. The check is not among it: it answers the proxy alone.
_FOLDERS = ("/oauth2/", "/_frontdesk/static/", "/_frontdesk/logos/", "/_frontdesk/decisions/")
_FILES = ("/.well-known/oauth-authorization-server", "/.well-known/jwks.json", "/_frontdesk/leaks")


@click.command("proxy-config")
@click.argument("kind", type=click.Choice(["nginx", "caddy", "traefik", "envoy"]))
@click.option("--public-url", metavar="URL", help="What people and partners see. Default: the setting public_url.")
@click.option("--listen", metavar="HOST:PORT", help="Where the proxy listens. Default: the public URL's port.")
@click.option("--frontdesk", metavar="ADDR", help="Frontdesk: host:port, or unix:/path (not for traefik).")
@click.option("--upstream", metavar="HOST:PORT", help="Your API. Default: the setting upstream.")
@click.option("--tls-certificate", metavar="FILE", help="Certificate chain (PEM), as the proxy reads it.")
@click.option("--tls-key", metavar="FILE", help="Its private key (PEM).")
@click.option("--check-secret-file", metavar="FILE", help="A file with the check secret, as the proxy reads it.")
@click.option("--access-log", metavar="FILE", help="Where the proxy logs requests. Default: its stdout.")
@click.option("--part", type=click.Choice(["static", "routes"]), help="Traefik: one of its two files alone.")
@standing
def proxy_config(ground: Ground, /, kind: str, part: str | None, **flags: str | None) -> int:
    """Print a complete configuration for a proxy before your API that asks Frontdesk about every call.

    Nothing is read but the settings; nothing is changed. docs/proxies says what each line is for.
    """
    if part is not None and kind != "traefik":
        raise click.UsageError("--part is for traefik, whose configuration is two files")
    settings = settle(ground, public_url=flags.pop("public_url"))
    try:
        layout = _lay_out(settings, kind, **flags)
    except LayoutError as error:
        raise speech.Refused(str(error)) from error
    files = {"static": "traefik-static", "routes": "traefik"} if kind == "traefik" else {"": kind}
    texts = [render(file, layout) for name, file in files.items() if part in (None, name)]
    if ground.as_json:
        speech.print_json({"kind": kind, "files": texts})
    else:
        click.echo("---\n".join(texts), nl=False)
    return 0


def _lay_out(settings: Settings, kind: str, **flags: str | None) -> Layout:
    given: dict[str, Any] = {name: value for name, value in flags.items() if value is not None}
    upstream = given.get("upstream") or settings.upstream
    if not upstream:
        raise LayoutError("no API is named: give --upstream host:port, or set upstream")
    frontdesk = read_place(given["frontdesk"], may_be_socket=kind != "traefik") if "frontdesk" in given else None
    named = {"certificate": "tls_certificate", "key": "tls_key"}
    return Layout(
        public_url=settings.issuer,
        listen=read_listen(given.get("listen", ""), settings.issuer),
        frontdesk=frontdesk or _own_place(settings),
        upstream=read_place(upstream),
        network_header=settings.network_header,
        rooms=_rooms(),
        folders=_FOLDERS,
        files=_FILES + (("/networks/v1",) if _serves_networks(settings) else ()),
        max_body=settings.max_body,
        check_secret_file=given.get("check_secret_file", ""),
        access_log=given.get("access_log", ""),
        keeps_authorization=settings.enforcement == "shadow",
        **{field: given[flag] for field, flag in named.items() if flag in given},
    )


def _own_place(settings: Settings) -> Place:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return Place(host=host, port=settings.port)


def _rooms() -> tuple[str, ...]:
    from frontdesk.web.site import SITE_PREFIXES  # late: it brings the pages along

    return tuple(prefix.decode() for prefix in SITE_PREFIXES if not prefix.endswith(b"/"))


def _serves_networks(settings: Settings) -> bool:
    """Whether Frontdesk answers GET /networks/v1, which then nobody else need answer."""
    if settings.openapi is None or settings.serve_networks is False:
        return False
    from frontdesk.cli.policy.reading import read_policy
    from frontdesk.gateway.policy import NETWORKS

    methods = {operation.method for operation in read_policy(settings).operations if operation.template == NETWORKS}
    # A proxy chooses by path: with another method there, the API gets them all.
    return methods == {"GET"}
