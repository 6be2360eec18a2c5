"""A proxy before the API that asks a real Frontdesk, under the configuration that `policy proxy-config` prints."""

import http.client
import shutil
import ssl
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from servers.errands import run_errand
from servers.processes import Running, clean_environment, free_port, new_folder, ordinary_user, wait_until

LOOPBACK = "127.0.0.1"


def print_config(kind: str, *words: str, settings: Mapping[str, str] | None = None) -> str:
    """What the command prints, under these settings (`FRONTDESK_…`)."""
    done = run_errand(["policy", "proxy-config", kind, *words], clean_environment(settings or {}))
    assert done.returncode == 0, done.stderr
    return done.stdout


class FrontProxy:
    """One running proxy; `port` is where callers reach the API."""

    def __init__(
        self,
        kind: str,
        frontdesk: int | Path,
        upstream: int,
        *,
        write: Callable[[Path, Callable[..., str]], Sequence[str]],
        wishes: Sequence[str] = (),
        change: Callable[[str], str] = lambda text: text,
        environment: Mapping[str, str] | None = None,
        public_url: str = "",
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Put its files into a folder and start it.

        `write` gets the folder and a way to ask for the configuration, and gives the command. `frontdesk` is a port or
        a unix socket; `wishes` are further words for the command; `change` breaks what it printed, on purpose;
        `public_url` makes the port another one of https; `settings` are what the command runs under.
        """
        self.kind = kind
        self.folder = new_folder(kind)
        self.port = free_port()
        desk = f"{LOOPBACK}:{frontdesk}" if isinstance(frontdesk, int) else f"unix:{frontdesk}"
        self._tls = public_url.startswith("https:")
        seen = (public_url or self.url, "--listen", f"{LOOPBACK}:{self.port}")
        words = ("--public-url", *seen, "--frontdesk", desk, "--upstream", f"{LOOPBACK}:{upstream}", *wishes)
        command = write(self.folder, lambda *more: change(print_config(kind, *words, *more, settings=settings)))
        self.running = Running(
            command,
            log=self.folder / f"{kind}.log",
            environment=clean_environment({"HOME": str(self.folder), **(environment or {})}),
            prefix=ordinary_user(),
        )
        try:
            wait_until(self._answers, seconds=30, what=kind)
        except BaseException:
            self.stop()
            raise

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def log(self) -> str:
        """Everything that it printed, its access log included."""
        return self.running.words()

    def _answers(self) -> bool:
        if self.running.process.poll() is not None:
            raise RuntimeError(f"{self.kind} ended:\n{self.running.words()}")
        connection = (
            http.client.HTTPSConnection(LOOPBACK, self.port, timeout=5, context=ssl._create_unverified_context())
            if self._tls
            else http.client.HTTPConnection(LOOPBACK, self.port, timeout=5)
        )
        try:
            # Traefik listens before it has read its routes.
            connection.request("GET", "/.well-known/oauth-authorization-server")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """End it, and take its folder away."""
        self.running.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
