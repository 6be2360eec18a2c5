"""What `frontdesk config check --deploy` looks at: faults of a deployment, and each app's deviations from RFC 9700."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from frontdesk.cli import examining
from frontdesk.cli.examining import Finding, fail, ok, warn
from frontdesk.cli.speech import instant, moment
from frontdesk.flows.hardening import AppStanding, Deviation
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.weak_forms import ABOUT
from frontdesk.settings import Settings

RECOMMENDED_LIFETIME = 3_600  # seconds of an access token


def examine_deployment(settings: Settings) -> Iterator[Finding]:
    """What would be wrong with these settings where others can reach it; `fail` is dangerous."""
    yield from examining.examine_public_url(settings)
    yield from _examine_mail(settings)
    yield from _examine_proxies(settings)
    yield from _examine_upstream(settings)
    yield from examining.examine_enforcement(settings)
    if settings.log_level == "debug":
        yield warn("log_level", "debug tells much about every request", 'set log_level to "info"')
    if settings.access_token_lifetime > RECOMMENDED_LIFETIME:
        yield warn(
            "lifetimes",
            f"access tokens live {settings.access_token_lifetime} s",
            f"set access_token_lifetime to {RECOMMENDED_LIFETIME} or less: apps refresh by themselves",
        )
    for operation in settings.public_operations:
        yield warn(
            "public", f"{operation} is open to everybody", "take it out of public_operations if it should not be"
        )
    yield from examining.examine_user()


def _examine_mail(settings: Settings) -> Iterator[Finding]:
    for finding in examining.examine_mail(settings):
        if finding.verdict is not examining.Verdict.WARN:
            yield finding
        else:
            advice = "set mail to smtp://…: whoever reads this output can sign in as anybody"
            yield fail("mail", finding.text, advice)
    if settings.mail.startswith("file:"):
        yield warn("mail", "whoever may read that folder can sign in as anybody", "set mail to smtp://…")


def _examine_proxies(settings: Settings) -> Iterator[Finding]:
    if settings.is_https and not settings.trusted_proxies and settings.proxy_socket is None:
        yield fail(
            "trusted_proxies",
            "none is named, so that every request would be taken for plain http and refused",
            "name the proxy that ends TLS: FRONTDESK_TRUSTED_PROXIES=127.0.0.1",
        )
    elif settings.trusted_proxies:
        yield ok("trusted_proxies", ", ".join(settings.trusted_proxies))
    who = [*settings.check_peers, *(["whoever knows check_secret"] if settings.check_secret else [])]
    if settings.proxy_socket is not None:
        who.append(f"whoever may open {settings.proxy_socket}")
    if who:
        yield ok("check", f"{', '.join(who)} may ask")


def _examine_upstream(settings: Settings) -> Iterator[Finding]:
    parts = urlsplit(settings.upstream)
    if parts.scheme == "http" and not _is_local(parts.hostname or ""):
        yield warn(
            "upstream",
            f"{settings.upstream} is reached in the clear, and must let in nobody else",
            "use https://, or a network that only the two share",
        )
    elif settings.upstream:
        yield ok("upstream", settings.upstream)


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def examine_addresses(standings: tuple[AppStanding, ...]) -> Iterator[Finding]:
    """Apps whose addresses are plain http although they are not registered as native (RFC 9700 §2.6)."""
    for standing in standings:
        for uri in standing.plain_uris:
            yield warn(
                "redirect URI",
                f"{standing.client.name} may be sent back to {uri}",
                "register it anew with an https:// address, or with --native where it runs on people's devices",
            )


def render_app(standing: AppStanding, now: Micros) -> Iterator[str]:
    """An app for people: what it still may do, whether it does, and how to end it."""
    yield f"{standing.client.name} ({standing.client.id})"
    for found in standing.deviations:
        about = ABOUT[found.form]
        state = "in use" if found.in_use else "not needed"
        yield f"  {state:<10}  {about.text} ({about.standard}): {_told(found, now)}"
    if standing.can_end:
        yield f"  → can be switched off: frontdesk app change {standing.client.id} {standing.can_end}"


def describe_app(standing: AppStanding, now: Micros) -> dict[str, Any]:
    """The same for scripts."""
    client = standing.client
    return {
        "client_id": client.id,
        "name": client.name,
        "profile": client.profile.value,
        "deviations": [
            {
                "form": found.form.value,
                "text": ABOUT[found.form].text,
                "standard": ABOUT[found.form].standard,
                "in_use": found.in_use,
                "uses": found.use.uses if found.use is not None else 0,
                "last_used_at": instant(found.use.last_at if found.use is not None else None),
                "not_needed_since": None if found.in_use else instant(found.since),
                "days_unseen": found.days_unseen(now),
            }
            for found in standing.deviations
        ],
        "switch_off": f"frontdesk app change {client.id} {standing.can_end}" if standing.can_end else None,
    }


def _told(found: Deviation, now: Micros) -> str:
    days = found.days_unseen(now)
    ago = f"{days} day{'' if days == 1 else 's'}"
    if found.use is None:
        return f"never since it was registered, {ago} ago"
    times = f"{found.use.uses} time{'' if found.use.uses == 1 else 's'}, last {moment(found.use.last_at)}"
    return times if found.in_use else f"{times}, not seen for {ago}"
