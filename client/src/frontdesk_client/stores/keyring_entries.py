"""Texts in the keyring of the system, by the package `keyring`, an extra of this one."""

from typing import Protocol

from frontdesk_client.errors import StoreFailed
from frontdesk_client.hidden import Hidden

SERVICE = "frontdesk-client"
MAIN, TWIN = "tokens of ", "next tokens of "  # how entries are called; the twin is there while the main one is written


class Backend(Protocol):
    """The part of `keyring.backend.KeyringBackend` that is used."""

    def get_password(self, service: str, username: str) -> str | None:
        """What is kept."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Keep it no more."""
        ...


def find_backend() -> Backend | str:
    """The system's keyring; or why there is none that keeps a secret."""
    try:
        import keyring
    except ImportError:
        return "the package keyring is not installed (pip install 'frontdesk-client[keyring]')"
    try:
        chosen = keyring.get_keyring()
        backends: list[Backend] = getattr(chosen, "backends", [chosen])  # a chain of several, or one
        for backend in backends:
            if _keeps_secrets(type(backend)):
                return backend
    except Exception as error:  # noqa: BLE001 -- backends come from anywhere and raise what they like
        return f"the package keyring failed ({type(error).__name__})"
    return f"this system has no keyring that keeps a secret (the package keyring offers {type(chosen).__module__})"


def _keeps_secrets(backend: type) -> bool:
    """Not the ones that fail, forget, or write plain text."""
    nothing = backend.__module__ in ("keyring.backends.fail", "keyring.backends.null")
    return not nothing and "plaintext" not in backend.__name__.lower()


class Entries:
    """A service's entries. Whatever the backend raises becomes `StoreFailed`, without the backend's words."""

    def __init__(self, service: str) -> None:
        """Under which heading they stand in the keyring."""
        self.service = service

    def works(self) -> str | None:
        """None where a text can be kept and taken away again; else why not."""
        probe = "nobody, to see whether this keyring works"
        try:
            self.write(probe, "yes")
            found = self.read(probe)
            self.remove(probe)
        except StoreFailed as error:
            return str(error)
        return None if found == "yes" else "the keyring forgets what it is given"

    def read(self, name: str) -> str | None:
        """The text, or None where there is none."""
        # Written anew, an entry may be gone for a moment (macOS: deleted, then added). Its twin is there meanwhile.
        for entry in (MAIN + name, TWIN + name, MAIN + name):
            found = self._ask("read", entry)
            if found is not None:
                return found
        return None

    def write(self, name: str, text: str) -> None:
        """Keep the text; killed in between, the old or the new one is found."""
        if self._ask("read", MAIN + name) is None:
            left = self._ask("read", TWIN + name)  # by a process that was killed: the only one there is
            if left is not None:
                self._ask("write", MAIN + name, left)
        self._ask("write", TWIN + name, text)
        self._ask("write", MAIN + name, text)
        self._ask("remove", TWIN + name)

    def remove(self, name: str) -> None:
        """Take it away, if it is there."""
        for entry in (TWIN + name, MAIN + name):
            if self._ask("read", entry) is not None:
                self._ask("remove", entry)

    def _ask(self, verb: str, entry: str, text: str = "") -> str | None:
        """One call to the backend."""
        backend = find_backend()
        if isinstance(backend, str):
            raise StoreFailed(backend)
        try:
            if verb == "read":
                found = backend.get_password(self.service, entry)
                return None if found is None else Hidden(found)
            if verb == "write":
                backend.set_password(self.service, entry, str(text))  # backends may want no subclass
            else:
                backend.delete_password(self.service, entry)
        except Exception as error:  # noqa: BLE001 -- see above; and its words or its chain may hold what was written
            refusal = f"the keyring failed to {verb} ({type(error).__name__})"
        else:
            return None
        raise StoreFailed(refusal)
