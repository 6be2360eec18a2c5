"""A Doorkeeper database (5.x). Column by column: docs/moving-from-doorkeeper.md."""

import re
from collections.abc import Iterator

from frontdesk.cli.moving.guide import Guide
from frontdesk.cli.moving.report import Report
from frontdesk.cli.moving.source import Row, Source, list_of, moment_of, text_of, truth_of
from frontdesk.cli.moving.writing import APP, TOKEN, Lines, OldApp, OldToken, Secret, newest_first, sha256_of
from frontdesk.cli.speech import Refused
from frontdesk.protocol.scopes import Scopes, read_scopes

PEOPLE = "users"
APPLICATIONS = "oauth_applications"
TOKENS = "oauth_access_tokens"

STORED = ("plain", "sha256", "sha256-or-plain")  # `hash_…_secrets` off, on, and on with `fallback: :plain`
_HEX = re.compile(r"[0-9a-f]{64}")
_BCRYPT = re.compile(r"\$2[aby]\$")


def convert(
    source: Source, guide: Guide, report: Report, *, secrets: str | None, tokens: str | None, owner_type: str
) -> Lines:
    """The lines of its apps and refresh tokens. `secrets` and `tokens`: how each are kept, one of STORED."""
    apps = {text_of(row, "id"): row for row in source.rows(APPLICATIONS, *_APPLICATION_COLUMNS)}
    lines = Lines(guide, report)
    live = [] if guide.apps_only else newest_first(_tokens(source, apps, guide, report, tokens, owner_type))
    held: dict[str, dict[str, None]] = {}
    for token in live:
        held.setdefault(token.client_id, {}).update(dict.fromkeys(token.scopes))
    for row in apps.values():
        uid = text_of(row, "uid")
        secret = _secret(row, secrets)
        if secret is None:
            report.leave(APP, uid, "it is confidential, but has no secret")
            continue
        own = guide.translate(read_scopes(text_of(row, "scopes")) or ())
        lines.add_app(
            OldApp(
                client_id=uid,
                name=text_of(row, "name"),
                redirect_uris=list_of(row, "redirect_uri"),
                # Without scopes of its own it may ask for all that the server knows.
                scopes=tuple(dict.fromkeys((*own, *(() if own else guide.app_scopes), *held.get(uid, ())))),
                secret=secret,
            )
        )
    for token in live:
        lines.add_token(token)
    return lines


_APPLICATION_COLUMNS = ("id", "uid", "name", "secret", "redirect_uri", "scopes", "confidential")


def _secret(row: Row, stored: str | None) -> Secret | None:
    value = text_of(row, "secret")
    if not truth_of(row, "confidential"):
        return Secret()
    if not value:
        return None
    if _BCRYPT.match(value):
        return Secret(hashed=value)
    if _is_hashed(value, stored, what="secret", option="--secrets", setting="hash_application_secrets"):
        return Secret(hashed=f"sha256${value}")
    return Secret(clear=value)


def _is_hashed(value: str, stored: str | None, *, what: str, option: str, setting: str) -> bool:
    """Whether a value is the SHA-256 of what it stands for: 64 hexadecimal digits may be either."""
    if not _HEX.fullmatch(value):
        if stored == "sha256":
            raise Refused(f"a {what} is no SHA-256, as {option} sha256 says", f"try {option} sha256-or-plain")
        return False
    if stored is None:
        raise Refused(
            f"nothing says whether each {what} is kept as it is or as its SHA-256",
            f"look for {setting} in config/initializers/doorkeeper.rb and say {option} {'|'.join(STORED)}",
        )
    return stored != "plain"


def _tokens(
    source: Source, apps: dict[str, Row], guide: Guide, report: Report, stored: str | None, owner_type: str
) -> Iterator[OldToken]:
    needed = ("id", "refresh_token", "resource_owner_id", "application_id", "scopes", "revoked_at", "created_at")
    for row in source.rows(TOKENS, *needed):
        name, value = text_of(row, "id"), text_of(row, "refresh_token")
        app = apps.get(text_of(row, "application_id"))
        if not value:
            continue  # an access token alone: it is over within the hour
        if text_of(row, "revoked_at"):
            report.leave(TOKEN, name, "it was revoked")
        elif app is None:
            report.leave(TOKEN, name, "it belongs to no app")
        elif not text_of(row, "resource_owner_id"):
            report.leave(TOKEN, name, "it belongs to no person")
        elif text_of(row, "resource_owner_type") not in ("", owner_type):
            report.leave(TOKEN, name, f"its owner is no {owner_type} (see --owner-type)")
        elif text_of(row, "resource") not in ("", "[]", "null"):
            report.leave(TOKEN, name, "it is bound to resources (RFC 8707), which there are none of here")
        else:
            known_by = _known_by(value, stored)
            if isinstance(known_by, str):
                report.leave(TOKEN, name, known_by)
                continue
            yield OldToken(
                name=name,
                client_id=text_of(app, "uid"),
                user=text_of(row, "resource_owner_id"),
                scopes=_scopes(row, guide),
                known_by=known_by,
                issued_at=moment_of(row, "created_at"),
            )


def _known_by(value: str, stored: str | None) -> dict[str, str] | str:
    if _is_hashed(value, stored, what="token", option="--tokens", setting="hash_token_secrets"):
        return {"token_sha256": value}
    return sha256_of(value)


def _scopes(row: Row, guide: Guide) -> Scopes:
    return guide.translate(read_scopes(text_of(row, "scopes")) or ())
