"""Tokens that whoever runs the program puts into its environment, as text or as files."""

import logging
import os
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from frontdesk_client.errors import StoreFailed
from frontdesk_client.hidden import Hidden
from frontdesk_client.stores.memory import MemoryStore
from frontdesk_client.tokens import Tokens, read_tokens

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_log = logging.getLogger(__name__)


class EnvironmentStore:
    """A `TokenStore` that begins with what the environment says. What is saved lives in this process alone.

    For the connection `acme` it reads `FRONTDESK_ACME_TOKENS` (what `Tokens.as_text` wrote), or else
    `FRONTDESK_ACME_REFRESH_TOKEN` and `FRONTDESK_ACME_ACCESS_TOKEN`, or one of these; for `default`, `FRONTDESK_TOKENS`
    and so on. Each may be a path instead: `FRONTDESK_REFRESH_TOKEN_FILE`. An empty variable counts as none.

    It fits where refresh tokens stay as they are. A strict app's are replaced at every refresh, and this store cannot
    write the new one back: it says so in the log, and after a restart the old one is tried. It locks among the threads
    of this process only.
    """

    def __init__(self, environment: Mapping[str, str] | None = None, *, prefix: str = "FRONTDESK") -> None:
        """`environment` is the process's own, as it is at each call, unless another is given."""
        self._environment: Mapping[str, str] = os.environ if environment is None else environment
        self._prefix = prefix
        self._saved = MemoryStore()
        self._forgotten: set[str] = set()
        self._given: dict[str, str | None] = {}  # refresh tokens of the environment, while they are the latest

    def __repr__(self) -> str:
        """Which variables, never what."""
        return f"EnvironmentStore(prefix={self._prefix!r})"

    def load(self, name: str) -> Tokens | None:
        """What this process saved last under this name, else what the environment says."""
        begin = self._variables(name)
        saved = self._saved.load(name)
        if saved is not None or name in self._forgotten:
            return saved
        found = self._read(begin)
        self._given[name] = None if found is None else found.refresh_token
        return found

    def save(self, name: str, tokens: Tokens | None) -> None:
        """Keep these until the process ends; None hides what the environment says as long."""
        begin = self._variables(name)
        if tokens is None:
            self._forgotten.add(name)
        elif self._given.pop(name, None) not in (None, tokens.refresh_token):
            _log.warning(
                "the server replaced the refresh token of %s_*, and an EnvironmentStore cannot write it back: "
                "after a restart the connection may be gone; use a FileStore or a store of your own",
                begin,
            )
        self._saved.save(name, tokens)

    def lock(self, name: str, *, seconds: float) -> AbstractContextManager[None]:
        """Hold the name among the threads of this process."""
        self._variables(name)
        return self._saved.lock(name, seconds=seconds)

    def _variables(self, name: str) -> str:
        """How the variables of a name begin. Names that would share them are refused."""
        if not NAME.fullmatch(name):
            raise StoreFailed(
                f'"{name}" cannot stand in the name of a variable: '
                "a connection of an EnvironmentStore is named by small letters, digits and single _"
            )
        return self._prefix if name == "default" else f"{self._prefix}_{name.upper()}"

    def _read(self, begin: str) -> Tokens | None:
        """What the variables say, if anything."""
        whole = self._value(f"{begin}_TOKENS")
        if whole is not None:
            try:
                return read_tokens(whole)
            except ValueError as error:
                raise StoreFailed(f"{begin}_TOKENS: {error}") from None
        access, refresh = self._value(f"{begin}_ACCESS_TOKEN"), self._value(f"{begin}_REFRESH_TOKEN")
        if access is None and refresh is None:
            return None
        # Made long ago: whatever a server gives is newer. Without an access token it is over, so that one is asked for.
        over = LONG_AGO if access is None else None
        return Tokens(access_token=access or "", refresh_token=refresh, expires_at=over, made_at=LONG_AGO)

    def _value(self, variable: str) -> str | None:
        """The variable's text, or that of the file that it names; both at once are refused."""
        text, path = Hidden(self._environment.get(variable, "")), self._environment.get(f"{variable}_FILE", "")
        if text and path:
            raise StoreFailed(f"{variable} and {variable}_FILE are both set; keep one of them")
        if path:
            try:
                with open(path, encoding="utf-8", errors="replace") as file:
                    text = Hidden(file.read())
            except OSError as error:
                raise StoreFailed(f"cannot read {path}, which {variable}_FILE names: {error.strerror}") from error
            if not text.strip():
                raise StoreFailed(f"{path}, which {variable}_FILE names, is empty")
        return Hidden(text.strip()) or None
