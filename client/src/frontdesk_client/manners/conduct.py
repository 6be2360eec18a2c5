"""What to do about one call and its tries, without sending anything: the core that every client shares."""

from collections.abc import Iterable, Mapping

from frontdesk_client.manners.budget import RetryBudget
from frontdesk_client.manners.pace import Pace
from frontdesk_client.manners.retry_after import read_retry_after
from frontdesk_client.manners.rule import IDEMPOTENT, Refused, Rule, judge
from frontdesk_client.manners.surroundings import Surroundings

DRAINED = 65536  # bytes


class Conduct:
    """The rule, the budget and the pace that all calls of one credential share. For threads and tasks alike."""

    def __init__(
        self,
        *,
        tries: int = 4,
        longest_wait: float = 60.0,
        methods: Iterable[str] = IDEMPOTENT,
        budget: RetryBudget | None = None,
        pace: Pace | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        """A call is sent at most `tries` times; who is asked to wait more than `longest_wait` seconds gets the answer.

        `methods` are repeated after a 503; a 429 is repeated whatever the method, since nothing was done.
        """
        repeated = frozenset(name.upper() for name in methods)
        self.rule: Rule = Rule(tries=tries, longest_wait=longest_wait, methods=repeated)
        self.budget: RetryBudget = budget or RetryBudget()
        self.pace: Pace | None = pace
        self.surroundings: Surroundings = surroundings or Surroundings()

    def begin(self, method: str, *, can_replay: bool) -> "Tries":
        """For a client that is not named here: ask it when to send, and tell it what was answered."""
        return Tries(self, method, can_replay=can_replay)


class Tries:
    """One call and its tries. It waits for nobody itself: it says how long."""

    __slots__ = ("_can_replay", "_conduct", "_method", "_tries")

    def __init__(self, conduct: Conduct, method: str, *, can_replay: bool) -> None:
        """Nothing was sent yet. `can_replay`: its body can be sent a second time."""
        self._conduct = conduct
        self._method = method
        self._can_replay = can_replay
        self._tries = 0

    def wait_to_send(self) -> float:
        """Seconds until it may leave; ask before each try, once."""
        pace = self._conduct.pace
        return 0.0 if pace is None else pace.take(self._conduct.surroundings.monotonic())

    def wait_to_retry(self, status: int, headers: Mapping[str, str]) -> float | None:
        """What was answered: seconds until it is sent again, or None where the answer is the caller's."""
        self._tries += 1
        conduct = self._conduct
        if status < 429:
            conduct.budget.earn()
            return None
        asked = read_retry_after(headers, now=conduct.surroundings.now())
        if status == 429 and asked is not None and conduct.pace is not None:
            conduct.pace.hold(conduct.surroundings.monotonic() + min(asked, conduct.rule.longest_wait))
        again = judge(
            Refused(
                method=self._method,
                can_replay=self._can_replay,
                status=status,
                retry_after=asked,
                tries=self._tries,
            ),
            conduct.rule,
            chance=conduct.surroundings.chance(),
        )
        if again is None or (again.costs and not conduct.budget.spend()):
            return None
        return again.wait


def is_small(headers: Mapping[str, str]) -> bool:
    """Whether to read a refusal to its end, so that its connection serves again; without a length it is closed."""
    length = headers.get("content-length", "")
    return length.isdecimal() and len(length) < 10 and int(length) <= DRAINED
