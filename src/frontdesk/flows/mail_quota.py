"""How many mails of one kind a person gets in an hour, so that what repeats itself is no mail bomb. ATTACKS EM-06.

Each kind is counted apart: noise of a partner that connects in a loop never hides that a secret was shown. Counted
in memory, in each worker; a restart forgives.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from frontdesk.protocol.ids import HOUR, Email, Micros

MAILS_AN_HOUR = 20
KNOWN = 10_000  # people and kinds remembered; those not heard of for longest are forgotten first


@dataclass(slots=True)
class _Sent:
    times: deque[Micros] = field(default_factory=deque)
    held_back: int = 0


@dataclass(slots=True, kw_only=True)
class MailQuota:
    """Counts what went to whom in the last hour."""

    an_hour: int = MAILS_AN_HOUR
    _sent: OrderedDict[tuple[str, Email], _Sent] = field(default_factory=OrderedDict, repr=False)

    def admit(self, kind: str, to: Email, *, now: Micros) -> int | None:
        """How many letters like this one were held back since the last that went; None: hold this one back too."""
        sent = self._sent.setdefault((kind, to), _Sent())
        self._sent.move_to_end((kind, to))
        if len(self._sent) > KNOWN:
            self._sent.popitem(last=False)
        while sent.times and sent.times[0] <= now - HOUR:
            sent.times.popleft()
        if len(sent.times) >= self.an_hour:
            sent.held_back += 1
            return None
        sent.times.append(now)
        held_back, sent.held_back = sent.held_back, 0
        return held_back
