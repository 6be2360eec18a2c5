"""A django-oauth-toolkit database (1.0 to 3.4). Column by column: docs/moving-from-django-oauth-toolkit.md."""

import re
from collections.abc import Iterator

from frontdesk.cli.moving.guide import Guide
from frontdesk.cli.moving.report import Report
from frontdesk.cli.moving.source import Row, Source, list_of, moment_of, text_of
from frontdesk.cli.moving.writing import APP, TOKEN, Lines, OldApp, OldToken, Secret, newest_first, sha256_of
from frontdesk.protocol.foreign_secrets import judge_hash
from frontdesk.protocol.ids import SECOND
from frontdesk.protocol.scopes import Scopes, read_scopes

PEOPLE = "auth_user"
APPLICATIONS = "oauth2_provider_application"
REFRESH_TOKENS = "oauth2_provider_refreshtoken"
ACCESS_TOKENS = "oauth2_provider_accesstoken"

_GRANT_TYPES = {
    "implicit": "the implicit grant gives tokens away in an address: the app must use authorization codes",
    "password": "apps may not ask people for passwords here: the app must use authorization codes",
    "openid-hybrid": "the hybrid flow gives tokens away in an address: the app must use authorization codes",
    "client-credentials": "it acts for itself, not for people: register it with 'frontdesk app add'",
    "urn:ietf:params:oauth:grant-type:device_code": "there is no device flow here",
}
# What Django's hashers write before the first "$". A secret in the clear has none of django-oauth-toolkit's making.
_HASHED = re.compile(r"(?:pbkdf2_sha1|pbkdf2_sha256|argon2|bcrypt|bcrypt_sha256|scrypt|md5|unsalted_\w+|crypt)\$|!")


def convert(source: Source, guide: Guide, report: Report, *, refresh_lifetime: int | None = None) -> Lines:
    """The lines of its apps and refresh tokens. `refresh_lifetime`: REFRESH_TOKEN_EXPIRE_SECONDS, where it is set."""
    apps = {text_of(row, "id"): row for row in source.rows(APPLICATIONS, *_APPLICATION_COLUMNS)}
    lines = Lines(guide, report)
    tokens = [] if guide.apps_only else newest_first(_tokens(source, apps, guide, report, refresh_lifetime))
    asked: dict[str, dict[str, None]] = {}
    for token in tokens:
        asked.setdefault(token.client_id, {}).update(dict.fromkeys(token.scopes))
    for row in apps.values():
        client_id = text_of(row, "client_id")
        refused = _judge_app(row)
        if refused is not None:
            report.leave(APP, client_id[:80], refused)
            continue
        # Its apps have no scopes of their own: each may ask for all that the server knows.
        scopes = tuple(dict.fromkeys((*guide.app_scopes, *asked.get(client_id, ()))))
        lines.add_app(
            OldApp(
                client_id=client_id,
                name=text_of(row, "name"),
                redirect_uris=list_of(row, "redirect_uris"),
                scopes=scopes,
                secret=_secret(row),
            )
        )
    for token in tokens:
        lines.add_token(token)
    return lines


_APPLICATION_COLUMNS = (
    "id",
    "client_id",
    "client_type",
    "authorization_grant_type",
    "client_secret",
    "redirect_uris",
    "name",
)


def _judge_app(row: Row) -> str | None:
    grant_type = text_of(row, "authorization_grant_type")
    if grant_type != "authorization-code":
        return _GRANT_TYPES.get(grant_type, f'there is no "{grant_type[:40]}" here')
    if text_of(row, "registration_source") == "cimd":
        return "it is known by a document at its address, which is not fetched here"
    return None


def _secret(row: Row) -> Secret:
    value = text_of(row, "client_secret")
    if text_of(row, "client_type") == "public":
        return Secret()
    # The flag hash_client_secret says what the next save will do; the server itself looks at the value, as we do.
    return Secret(hashed=value) if judge_hash(value) or _HASHED.match(value) else Secret(clear=value)


def _tokens(
    source: Source, apps: dict[str, Row], guide: Guide, report: Report, refresh_lifetime: int | None
) -> Iterator[OldToken]:
    access: dict[str, Row] = {}
    for row in source.rows(ACCESS_TOKENS, "id", "scope", "expires"):
        access[text_of(row, "id")] = {"scope": row["scope"], "expires": row["expires"]}
    for row in source.rows(REFRESH_TOKENS, "id", "token", "user_id", "application_id", "access_token_id"):
        name = text_of(row, "id")
        if text_of(row, "revoked"):
            report.leave(TOKEN, name, "it was revoked")
            continue
        paired = access.get(text_of(row, "access_token_id"))
        app = apps.get(text_of(row, "application_id"))
        if paired is None or app is None:
            report.leave(TOKEN, name, "its access token is gone: it is refused there too")
        elif _is_over(paired, guide, refresh_lifetime):
            report.leave(TOKEN, name, "it has expired")
        elif text_of(row, "resource") not in ("", "[]"):
            report.leave(TOKEN, name, "it is bound to resources (RFC 8707), which there are none of here")
        else:
            known_by = _known_by(row)
            if isinstance(known_by, str):
                report.leave(TOKEN, name, known_by)
                continue
            yield OldToken(
                name=name,
                client_id=text_of(app, "client_id"),
                user=text_of(row, "user_id"),
                scopes=_scopes(paired, guide),
                known_by=known_by,
                issued_at=moment_of(row, "created"),
            )


def _is_over(paired: Row, guide: Guide, refresh_lifetime: int | None) -> bool:
    expires = moment_of(paired, "expires")
    return refresh_lifetime is not None and expires is not None and expires + refresh_lifetime * SECOND <= guide.now


def _known_by(row: Row) -> dict[str, str] | str:
    """From 3.x on tokens may be kept as their SHA-256 only, the column `token` then being empty."""
    token = text_of(row, "token")
    if token:
        return sha256_of(token)
    checksum = text_of(row, "token_checksum")
    return {"token_sha256": checksum} if checksum else "neither its value nor its checksum is kept"


def _scopes(paired: Row, guide: Guide) -> Scopes:
    return guide.translate(read_scopes(text_of(paired, "scope")) or ())
