"""Apps and refresh tokens of any old server, as lines for `frontdesk import`. docs/moving-in.md."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from frontdesk.cli.moving.guide import Guide
from frontdesk.cli.moving.report import Report
from frontdesk.cli.speech import Refused
from frontdesk.protocol.foreign_secrets import judge_hash
from frontdesk.protocol.ids import Micros
from frontdesk.protocol.moving_fields import (
    MAX_NETWORKS,
    MAX_REDIRECT_URIS,
    Wrong,
    id_reader,
    read_secret,
    read_token,
)
from frontdesk.protocol.redirects import judge_registration
from frontdesk.protocol.scopes import MAX_SCOPES, Scopes, read_scopes
from frontdesk.protocol.titles import MAX_TITLE, TitleFault, judge_title

GRANTS_OF_ONE = 50  # of one person and app: more than that are never alive here
APP, TOKEN = "apps", "refresh tokens"
_read_app_id = id_reader("fdci_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """An app's secret as the old server keeps it: hashed, in the clear, or none (a public app)."""

    hashed: str | None = field(default=None, repr=False)
    clear: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OldApp:
    """An app, in the words that all old servers share."""

    client_id: str
    name: str
    redirect_uris: Iterable[str]
    scopes: Scopes
    secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class OldToken:
    """A live refresh token. `known_by` is the one field of the line that says which."""

    name: str  # what a report calls it: the old row's id
    client_id: str
    user: str
    scopes: Scopes
    known_by: Mapping[str, str] = field(repr=False)
    issued_at: Micros | None


class Lines:
    """Collects the lines of a file, and what became of everything else."""

    def __init__(self, guide: Guide, report: Report) -> None:
        """Empty."""
        self.lines: list[str] = []
        self.report = report
        self._guide = guide
        self._apps: set[str] = set()
        self._unmapped: dict[str, int] = {}
        self._of_one: dict[tuple[str, str], int] = {}

    def add_app(self, app: OldApp) -> None:
        """One app, unless something keeps it from working here."""
        client_id = _read_app_id(app.client_id)
        if isinstance(client_id, Wrong):
            return self.report.leave(APP, app.client_id[:80], f"its id {client_id.problem}")
        proof = self._prove(app)
        if isinstance(proof, str):
            return self.report.leave(APP, client_id, proof)
        uris = self._addresses(app)
        if not uris:
            return self.report.leave(APP, client_id, "none of its redirect URIs can be registered")
        scopes = _usable(app.scopes)
        if not scopes:
            return self.report.leave(APP, client_id, "nothing says which scopes it may ask for (see --app-scopes)")
        for scope in self.report.known_scopes and scopes:
            if scope not in self.report.known_scopes:
                self.report.note(APP, client_id, f'the API\'s document has no scope "{scope}" (see --scope-map)')
        is_native = "public" in proof and any(uri.startswith(("http://127.0.0.1", "http://[::1]")) for uri in uris)
        self._write(
            kind="app",
            client_id=client_id,
            name=_name(app.name, client_id),
            redirect_uris=uris,
            scopes=list(scopes),
            **proof,
            **({"native": True} if is_native else {}),
        )
        self._apps.add(client_id)
        self.report.taken[APP] += 1
        return None

    def add_token(self, token: OldToken) -> None:
        """One refresh token, if its app and its person came along and the person's networks are known."""
        leave, person = self.report.leave, self._guide.people.find(token.user)
        if token.client_id not in self._apps:
            return leave(TOKEN, token.name, "its app was left behind")
        if " " in person:
            return leave(TOKEN, token.name, person)
        scopes = _usable(token.scopes)
        if not scopes:
            return leave(TOKEN, token.name, "it holds no scope that is known here")
        networks = self._guide.networks_of(token.user, person)  # type: ignore[arg-type]  # no reason, so an address
        if not networks:
            self._unmapped[token.user] = self._unmapped.get(token.user, 0) + 1
            return leave(TOKEN, token.name, "its person has no network in the file of --networks")
        if len(networks) > MAX_NETWORKS:
            return leave(TOKEN, token.name, f"its person has more than {MAX_NETWORKS} networks")
        pair = (token.client_id, person)
        self._of_one[pair] = self._of_one.get(pair, 0) + 1
        if self._of_one[pair] > GRANTS_OF_ONE:
            return leave(TOKEN, token.name, f"its person and app have {GRANTS_OF_ONE} newer ones")
        self._write(
            kind="refresh_token",
            client_id=token.client_id,
            email=person,
            networks=list(networks),
            scopes=list(scopes),
            **token.known_by,
            **({"issued_at": _instant(token.issued_at)} if token.issued_at is not None else {}),
        )
        self.report.taken[TOKEN] += 1
        return None

    def judge_unmapped(self) -> None:
        """Refuse where people have tokens but no network, unless that was said to be right."""
        if self._unmapped and not self._guide.skip_unmapped:
            count, people = sum(self._unmapped.values()), list(self._unmapped)
            raise Refused(
                f"{count} refresh tokens of {len(people)} people have no network: {', '.join(people[:10])}",
                "add these people to the file of --networks, or leave the tokens behind with --unmapped skip",
            )

    def _prove(self, app: OldApp) -> dict[str, Any] | str:
        """The field that says how the app proves itself; a text: why it cannot."""
        hashed, clear = app.secret.hashed, app.secret.clear
        if hashed is not None:
            if judge_hash(hashed):
                return {"secret_hash": hashed}
            return "its secret is hashed in a way that cannot be checked here: give it a new one after the move"
        if clear is None:
            return {"public": True}
        if isinstance(read_secret(clear), Wrong):
            return "its secret is empty, longer than 512 characters or cannot be sent"
        # Not the secret itself: whoever reads the file must not be able to use it.
        return {"secret_hash": f"sha256${sha256(clear.encode()).hexdigest()}"}

    def _addresses(self, app: OldApp) -> list[str]:
        uris: dict[str, None] = {}
        for uri in app.redirect_uris:
            problem = judge_registration(uri)
            if problem is None:
                uris[uri] = None
            else:
                self.report.leave("redirect URIs", f"{app.client_id}: {ascii(uri)[:120]}", problem)
        if len(uris) > MAX_REDIRECT_URIS:
            self.report.note(APP, app.client_id, f"only its first {MAX_REDIRECT_URIS} redirect URIs came along")
        return [*uris][:MAX_REDIRECT_URIS]

    def _write(self, **fields: Any) -> None:
        self.lines.append(json.dumps(fields, ensure_ascii=False))


def newest_first(tokens: Iterable[OldToken]) -> list[OldToken]:
    """In the order in which they are kept where there are too many."""
    return sorted(tokens, key=lambda token: token.issued_at or Micros(0), reverse=True)


def sha256_of(token: str) -> dict[str, str] | str:
    """How a token in the clear is named in a line; a text: why it cannot be taken along."""
    wrong = read_token(token)
    if isinstance(wrong, Wrong):
        return f"its value {wrong.problem}"
    return {"token_sha256": sha256(token.encode()).hexdigest()}


def _usable(scopes: Scopes) -> Scopes:
    return tuple(scope for scope in scopes if read_scopes(scope) == (scope,))[:MAX_SCOPES]


def _name(name: str, client_id: str) -> str:
    visible = "".join(character if character.isprintable() else " " for character in name).strip()
    title = judge_title(visible[:MAX_TITLE])
    return client_id[:MAX_TITLE] if isinstance(title, TitleFault) else title


def _instant(at: Micros) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
