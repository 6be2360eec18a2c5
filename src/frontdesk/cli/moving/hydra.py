"""An Ory Hydra database (1.x and 2.x). Column by column: docs/moving-from-hydra.md."""

from collections.abc import Iterator
from hashlib import sha256

from frontdesk.cli.moving.guide import Guide
from frontdesk.cli.moving.report import Report
from frontdesk.cli.moving.source import Row, Source, list_of, moment_of, text_of, truth_of
from frontdesk.cli.moving.writing import APP, TOKEN, Lines, OldApp, OldToken, Secret, newest_first
from frontdesk.protocol.scopes import Scopes, read_scopes

CLIENTS = "hydra_client"
REFRESH_TOKENS = "hydra_oauth2_refresh"

_BY_SECRET = frozenset({"", "client_secret_basic", "client_secret_post"})


def convert(source: Source, guide: Guide, report: Report) -> Lines:
    """The lines of its clients and refresh tokens."""
    rows = list(source.rows(CLIENTS, *_CLIENT_COLUMNS))
    lines = Lines(guide, report)
    registered = {_id_of(row): guide.translate(_client_scopes(row)) for row in rows}
    for row in rows:
        refused = _judge_client(row)
        if refused is not None:
            report.leave(APP, _id_of(row)[:80], refused)
            continue
        if list_of(row, "rotated_secrets"):
            report.note(APP, _id_of(row), "only its newest secret came along, not those that were rotated out")
        scopes = registered[_id_of(row)]
        lines.add_app(
            OldApp(
                client_id=_id_of(row),
                name=text_of(row, "client_name"),
                redirect_uris=_list(row, "redirect_uris"),
                scopes=scopes or guide.app_scopes,
                secret=_secret(row),
            )
        )
    for token in () if guide.apps_only else newest_first(_tokens(source, registered, guide, report)):
        lines.add_token(token)
    return lines


_CLIENT_COLUMNS = ("id", "client_name", "client_secret", "redirect_uris", "grant_types", "scope")


def _id_of(row: Row) -> str:
    return text_of(row, "id")


def _list(row: Row, column: str) -> list[str]:
    """A JSON array; before 2.0 the items stood between vertical bars."""
    return list_of(row, column, separator="|")


def _client_scopes(row: Row) -> Scopes:
    return read_scopes(text_of(row, "scope")) or ()


def _judge_client(row: Row) -> str | None:
    if "authorization_code" not in _list(row, "grant_types"):
        if "client_credentials" in _list(row, "grant_types"):
            return "it acts for itself, not for people: register it with 'frontdesk app add'"
        return "it does not use authorization codes"
    method = text_of(row, "token_endpoint_auth_method")
    if method not in _BY_SECRET and method != "none":
        return f"it proves itself by {method[:40]}, which there is not here: give it a secret"
    return None


def _secret(row: Row) -> Secret:
    if text_of(row, "token_endpoint_auth_method") == "none":
        return Secret()
    return Secret(hashed=text_of(row, "client_secret"))


def _tokens(source: Source, registered: dict[str, Scopes], guide: Guide, report: Report) -> Iterator[OldToken]:
    needed = ("signature", "client_id", "granted_scope", "subject", "active", "requested_at")
    for row in source.rows(REFRESH_TOKENS, *needed):
        signature = text_of(row, "signature")
        name = f"request {text_of(row, 'request_id')[:40]}"
        expires = moment_of(row, "expires_at")
        if not truth_of(row, "active"):
            report.leave(TOKEN, name, "it was used or revoked")
        elif expires is not None and expires <= guide.now:
            report.leave(TOKEN, name, "it has expired")
        elif not signature or not text_of(row, "subject"):
            report.leave(TOKEN, name, "it belongs to no person")
        elif _list(row, "granted_audience"):
            report.leave(TOKEN, name, "it is bound to an audience, which there is none of here")
        else:
            client_id = text_of(row, "client_id")
            allowed = registered.get(client_id, ()) or guide.app_scopes
            granted = guide.translate(_list(row, "granted_scope"))
            yield OldToken(
                name=name,
                client_id=client_id,
                user=text_of(row, "subject"),
                # What the client may not ask for any more is refused there too.
                scopes=tuple(scope for scope in granted if scope in allowed),
                known_by={"token_signature_sha256": sha256(signature.encode()).hexdigest()},
                issued_at=moment_of(row, "requested_at"),
            )
