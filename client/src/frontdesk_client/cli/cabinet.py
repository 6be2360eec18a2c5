"""Where the command line keeps things: profiles in files, tokens and secrets in the keyring or in private files."""

import os
from pathlib import Path

from frontdesk_client.cli.profiles import Profile, is_name, read_profile
from frontdesk_client.cli.speech import EXIT_USAGE, PROGRAM, Refused, say
from frontdesk_client.clock import read_clock
from frontdesk_client.stores.keyring import KeyringStore
from frontdesk_client.stores.private_folder import PrivateFolder
from frontdesk_client.tokens import Tokens


class Cabinet:
    """One folder of one user: FRONTDESK_CLIENT_HOME, or `frontdesk-client` among the user's settings."""

    def __init__(self) -> None:
        """Nothing is made before something is kept."""
        settings = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
        self.path: Path = Path(os.environ.get("FRONTDESK_CLIENT_HOME") or f"{settings}/{PROGRAM}").expanduser()
        self._profiles = PrivateFolder(self.path)
        self.store: KeyringStore = KeyringStore(self.path / "tokens", service=PROGRAM, tell=say)

    def names(self) -> list[str]:
        """Every profile."""
        return sorted(found.stem.removeprefix("profile-") for found in self.path.glob("profile-*.json"))

    def find(self, name: str) -> Profile | None:
        """The profile, or None."""
        if not is_name(name):
            raise Refused(
                "a profile's name is made of a-z, 0-9, - and _, at most 40", "--profile NAME", code=EXIT_USAGE
            )
        text = self._profiles.read(f"profile-{name}.json")
        try:
            return None if text is None else read_profile(text)
        except ValueError as error:
            raise Refused(f"{self.path}/profile-{name}.json: {error}", "take it away and log in again") from None

    def get(self, name: str) -> Profile:
        """The profile, or `Refused` with how to get one."""
        found = self.find(name)
        if found is None:
            raise Refused(f'there is no profile "{name}"', f"{PROGRAM} login --profile {name}")
        return found

    def keep(self, profile: Profile) -> None:
        """Write it down."""
        self._profiles.write(f"profile-{profile.name}.json", profile.as_text())

    def secret(self, profile: Profile) -> str | None:
        """The app's or the network's secret; None where there is none."""
        kept = self.store.load(_secret_of(profile))
        return None if kept is None else kept.access_token

    def keep_secret(self, profile: Profile, secret: str | None) -> None:
        """Keep it as tokens are kept; None forgets it."""
        name = _secret_of(profile)
        kept = None if secret is None else Tokens(access_token=secret, made_at=read_clock())
        with self.store.lock(name, seconds=10):
            self.store.save(name, kept)

    def forget_tokens(self, profile: Profile) -> None:
        """Without telling the server."""
        with self.store.lock(profile.name, seconds=10):
            self.store.save(profile.name, None)


def _secret_of(profile: Profile) -> str:
    return f"{profile.name}/secret"  # no profile has a slash in its name
