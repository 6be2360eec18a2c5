"""How often secrets may be tried against one foreign hash: wrong ones must not be a lever (ATTACKS CA-20, CA-12).

Counted by client and by address, so that a stranger who tries wrong secrets does not use up what the right caller, who
comes from elsewhere, may try. A secret that was found wrong a moment ago is known to be wrong, and costs nothing again.
"""

from dataclasses import dataclass, field

from frontdesk.protocol.ids import MINUTE, Micros

EACH_ADDRESS = 5  # different secrets a minute for one client from one address
EACH_CLIENT = 20  # from all addresses together
KEPT = 8_192  # clients and addresses that are remembered


@dataclass(slots=True)
class Tries:
    """The secrets tried lately in this worker, as traces: neither they nor the clients' hashes are kept."""

    _tried: dict[tuple[str, str], dict[bytes, Micros]] = field(default_factory=dict, repr=False)
    _wrong: dict[bytes, Micros] = field(default_factory=dict, repr=False)

    def is_wrong(self, trial: bytes, now: Micros) -> bool:
        """Whether this very secret was found wrong within the last minute."""
        at = self._wrong.get(trial)
        return at is not None and now < at + MINUTE

    def take(self, owner: str, address: str | None, trial: bytes, now: Micros) -> bool:
        """Count a secret that is about to be tried, once; False where it would be one too many."""
        for key, limit in (((owner, ""), EACH_CLIENT), ((owner, address or "-"), EACH_ADDRESS)):
            lately = self._lately(key, now)
            if trial not in lately and len(lately) >= limit:
                return False
        for key in ((owner, ""), (owner, address or "-")):
            self._tried.setdefault(key, {}).setdefault(trial, now)
        return True

    def note_wrong(self, trial: bytes, now: Micros) -> None:
        """Remember a wrong secret for a minute."""
        if len(self._wrong) >= KEPT:
            self._wrong.clear()
        self._wrong[trial] = now

    def _lately(self, key: tuple[str, str], now: Micros) -> dict[bytes, Micros]:
        if len(self._tried) >= KEPT:
            # Those who were let go may try again: the line before the checks still bounds the work.
            self._tried.clear()
        tried = self._tried.get(key, {})
        lately = {trial: at for trial, at in tried.items() if now < at + MINUTE}
        if key in self._tried:
            self._tried[key] = lately
        return lately
