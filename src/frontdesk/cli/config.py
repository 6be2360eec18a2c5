"""`frontdesk config`: what the settings are, whether they hold, and what they could be."""

import json
from dataclasses import asdict

import click

from frontdesk.cli import deploying
from frontdesk.cli.administration import Desk, administer, read_known_scopes
from frontdesk.cli.examining import Verdict, print_finding
from frontdesk.cli.options import Ground, standing
from frontdesk.cli.ownership import OURS
from frontdesk.cli.settling import settle
from frontdesk.cli.speech import EXIT_REFUSED, Refused, print_json, print_pairs
from frontdesk.flows.hardening import AppStanding
from frontdesk.protocol.ids import Micros
from frontdesk.settings import Settings, render_settings, render_template


@click.group(no_args_is_help=True)
def config() -> None:
    """Check and show the settings; print a template."""


@config.command()
@click.option("--deploy", is_flag=True, help="Also look for what is unsafe in production, and who uses weak forms.")
@standing
def check(ground: Ground, deploy: bool) -> int:
    """Read the settings and the API's document, and refuse what is wrong; starts nothing.

    With --deploy: what would be dangerous where others can reach it (then it ends with 1), and for each app which
    deviations from RFC 9700 are still in use, and since when the others were not needed.
    """
    settings = settle(ground)
    scopes = read_known_scopes(settings)
    _read_leak_keys(settings)
    _read_logo(settings)
    if deploy:
        return _check_deployment(ground, settings)
    if ground.as_json:
        print_json({"ok": True})
    elif settings.openapi is None:
        click.echo("The settings are right. No OpenAPI document is set: calls of the API cannot be checked.")
    else:
        click.echo(f"The settings are right, and {settings.openapi} can be the policy ({len(scopes)} scopes).")
    return 0


def _read_leak_keys(settings: Settings) -> None:
    """Refuse a file of public keys that a server would refuse at its start."""
    if settings.leak_keys is None:
        return
    from frontdesk.runtime.leak_signatures import LeakKeysError, read_leak_keys  # late: it brings cryptography along

    try:
        read_leak_keys(settings.leak_keys)
    except LeakKeysError as error:
        raise Refused(error.problem, error.hint) from error


def _read_logo(settings: Settings) -> None:
    """Refuse a picture that a server would refuse at its start."""
    if settings.logo is None:
        return
    from frontdesk.runtime.logo import LogoError, read_logo

    try:
        read_logo(settings.logo)
    except LogoError as error:
        raise Refused(error.problem, error.hint) from error


def _check_deployment(ground: Ground, settings: Settings) -> int:
    findings = list(deploying.examine_deployment(settings))
    standings, now = _list_standings(ground, settings)
    findings += deploying.examine_addresses(standings)
    failed = any(finding.verdict is Verdict.FAIL for finding in findings)
    if ground.as_json:
        apps = [deploying.describe_app(one, now) for one in standings if one.deviations]
        print_json({"ok": not failed, "findings": [asdict(finding) for finding in findings], "apps": apps})
        return EXIT_REFUSED if failed else 0
    for finding in findings:
        print_finding(finding)
    deviating = [one for one in standings if one.deviations]
    for one in deviating:
        click.echo("\n" + "\n".join(deploying.render_app(one, now)))
    if not deviating:
        click.echo("\nNo app may use a form that RFC 9700 advises against.")
    return EXIT_REFUSED if failed else 0


def _list_standings(ground: Ground, settings: Settings) -> tuple[tuple[AppStanding, ...], Micros]:
    """The apps that may use weak forms, and the time; none where there is no database yet."""
    there = settings.data.is_dir() and OURS & {entry.name for entry in settings.data.iterdir()}
    if not there:
        return (), Micros(0)

    async def walk(desk: Desk) -> tuple[tuple[AppStanding, ...], Micros]:
        return await desk.hardening.list_standings(), desk.hardening.clock.now()

    return administer(ground, walk)


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
