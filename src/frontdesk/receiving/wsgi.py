"""WSGI middleware that lets in only calls that came through the gateway (Flask, Django). PEP 3333."""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from frontdesk.receiving.headers import (
    ASSERTION,
    CHALLENGE,
    KEY,
    REFUSED_BODY,
    UNAVAILABLE_BODY,
    is_identity_header,
    nothing_is_open,
    write_headers,
)
from frontdesk.receiving.identity import Identity
from frontdesk.receiving.refused import AssertionRefusedError, KeysUnavailableError
from frontdesk.receiving.verifier import AssertionVerifier

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[..., Any]
App: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]


class RequireIdentity:
    """Hands the app `environ["frontdesk.identity"]`, and answers for it where nobody can be shown to call.

    Identity headers that came are dropped; those that the app reads are written from what is proven.
    """

    def __init__(
        self,
        app: App,
        verifier: AssertionVerifier,
        *,
        is_open: Callable[[str, str], bool] = nothing_is_open,
        prefix: str = "",
        network_header: str = "spacebring-network-id",
    ) -> None:
        """`is_open(method, path)` names what needs no identity (public operations, health probes).

        `prefix` is what a proxy in between takes off each path; `network_header` the setting of the gateway.
        """
        self._app = app
        self._verifier = verifier
        self._is_open = is_open
        self._prefix = prefix
        self._network_header = network_header

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """One call."""
        method = environ["REQUEST_METHOD"]
        path = _path_of(environ)
        try:
            identity = None if self._is_open(method, path) else self._identify(environ, method, path)
        except AssertionRefusedError:
            return _answer(environ, start_response, "401 Unauthorized", ("WWW-Authenticate", CHALLENGE), REFUSED_BODY)
        except KeysUnavailableError:
            return _answer(environ, start_response, "503 Service Unavailable", ("Retry-After", "1"), UNAVAILABLE_BODY)
        for variable in [name for name in environ if name.startswith("HTTP_") and self._tells(name)]:
            del environ[variable]
        if identity is not None:
            for name, value in write_headers(identity, self._network_header).items():
                environ["HTTP_" + name.upper().replace("-", "_")] = value
        environ[KEY] = identity
        return self._app(environ, start_response)

    def _identify(self, environ: Environ, method: str, path: str) -> Identity:
        # A server joins what is sent twice with a comma, which no assertion holds.
        said = environ.get("HTTP_" + ASSERTION.upper().replace("-", "_"), "")
        return self._verifier.verify(said, method=method, path=self._prefix + path, is_decoded=True)

    def _tells(self, variable: str) -> bool:
        return is_identity_header(variable.removeprefix("HTTP_"), self._network_header)


def _path_of(environ: Environ) -> str:
    # PEP 3333: the decoded path's bytes, each as one character.
    raw: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return raw.encode("latin-1", "replace").decode("utf-8", "surrogateescape")


def _answer(
    environ: Environ, start_response: StartResponse, status: str, header: tuple[str, str], body: bytes
) -> Iterable[bytes]:
    headers = [
        ("Content-Type", "application/json"),
        ("Cache-Control", "no-store"),
        ("Content-Length", str(len(body))),
        header,
    ]
    start_response(status, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
