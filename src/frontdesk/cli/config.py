"""`frontdesk config`: what the settings are, whether they hold, and what they could be."""

import json

import click

from frontdesk.cli.administration import read_known_scopes
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.settling import settle
from frontdesk.cli.speech import print_json, print_pairs
from frontdesk.settings import render_settings, render_template


@click.group(no_args_is_help=True)
def config() -> None:
    """Check and show the settings; print a template."""


@config.command()
@standing
def check(ground: Ground) -> None:
    """Read the settings and the API's document, and refuse what is wrong; starts nothing."""
    settings = settle(ground)
    scopes = read_known_scopes(settings)
    if ground.as_json:
        print_json({"ok": True})
    elif settings.openapi is None:
        click.echo("The settings are right. No OpenAPI document is set: calls of the API cannot be checked.")
    else:
        click.echo(f"The settings are right, and {settings.openapi} can be the policy ({len(scopes)} scopes).")


@config.command()
@standing
def show(ground: Ground) -> None:
    """Show the settings in force: flag before environment before file before default. Secrets stay hidden."""
    shown = render_settings(settle(ground))
    if ground.as_json:
        print_json({"settings": shown})
        return
    print_pairs([(name, value if isinstance(value, str) else json.dumps(value)) for name, value in shown.items()])


@config.command()
@standing
def template(ground: Ground) -> None:
    """Print a settings file with every setting and what it is for."""
    if ground.as_json:
        print_json({"template": render_template()})
        return
    click.echo(render_template().rstrip("\n"))
