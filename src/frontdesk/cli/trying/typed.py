"""What was typed for a run, judged: the server's address, ids, and secrets that never stand on a command line."""

import dataclasses
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click

from frontdesk.assemble.front import load_policy
from frontdesk.cli.options import Ground
from frontdesk.cli.settling import settle
from frontdesk.cli.speech import Refused
from frontdesk.cli.troubles import in_words
from frontdesk.cli.trying.operations import Choice, Chooser, base_of
from frontdesk.cli.trying.town import Given
from frontdesk.gateway.document import load_document
from frontdesk.protocol.scopes import Scopes, read_scopes
from frontdesk.settings import Settings
from frontdesk.settings.scopes import inclusion_of

APP_SECRET = "FRONTDESK_TRY_SECRET"  # noqa: S105 - the name of a variable
PAIR_SECRET = "FRONTDESK_TRY_BASIC_SECRET"  # noqa: S105 - the name of a variable
_PORTS = {"http": ":80", "https": ":443"}
_DEMO_NOTES = "demo.json"


def read_origin(url: str) -> str:
    """A server's origin in its one form; raises UsageError."""
    parts = urlsplit(url.strip())
    is_plain = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in parts.netloc
    if parts.scheme not in _PORTS or not parts.netloc or not is_plain or not url.isascii():
        raise click.UsageError("give a server's address as URL: https://api.example.com")
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(_PORTS[parts.scheme])}"


def read_given(
    *,
    client_id: str | None,
    redirect_uri: str | None,
    scope: str | None,
    basic_id: str | None,
    network: str | None,
) -> Given:
    """What was given about somebody else's server, with the secrets that go with it."""
    if (client_id is None) != (redirect_uri is None):
        raise click.UsageError("--client-id and --redirect-uri go together")
    if scope is not None and not read_scopes(scope):
        raise click.UsageError('--scope is malformed: write "locations resources"')
    return Given(
        client_id=client_id or "",
        client_secret=_read_secret(APP_SECRET, f"Secret of the app {client_id}") if client_id else "",
        redirect_uri=redirect_uri or "",
        scope=scope or "",
        basic_id=basic_id or "",
        basic_secret=_read_secret(PAIR_SECRET, f"Secret of the pair {basic_id}") if basic_id else "",
        network=(network or "").lower(),
    )


def _read_secret(variable: str, prompt: str) -> str:
    """From the environment, a file that it names, the terminal, or the next line of stdin; empty: none."""
    if os.environ.get(variable):
        return os.environ[variable]
    file = os.environ.get(f"{variable}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(f"cannot read {file}, which {variable}_FILE names") from error
    if sys.stdin.isatty():
        return str(click.prompt(f"{prompt} (empty: none)", default="", hide_input=True, show_default=False, err=True))
    return sys.stdin.readline().strip()


def read_settings_for(ground: Ground, openapi: Path | None) -> Settings:
    """With --data the server's own settings, else the contract's with this document."""
    if ground.data is None:
        return Settings(openapi=openapi)
    settings = settle(ground, openapi=openapi)
    if (settings.data / _DEMO_NOTES).exists():  # a demo's document and mailbox are not in any settings
        demo = Path(__file__).parent.parent / "demo" / "api.yaml"
        mail = (settings.data / "mail").resolve().as_uri()
        settings = dataclasses.replace(settings, openapi=settings.openapi or demo, mail=mail)
    return settings


def choose(settings: Settings, scopes: Scopes, *, may_write: bool) -> Choice:
    """The operations to try; none where no document is known."""
    if settings.openapi is None:
        return Choice(scopes=scopes)
    try:
        chooser = Chooser(
            policy=load_policy(settings),
            base=base_of(load_document(settings.openapi).bases),
            inclusion=inclusion_of(settings),
            may_write=may_write,
        )
    except Exception as error:
        refused = in_words(error)
        if refused is None:
            raise
        raise refused from error
    return chooser.choose(scopes)
