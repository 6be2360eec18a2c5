"""Why a call is not let on: nobody can be shown to have made it, or nobody can tell just now."""


class AssertionRefusedError(Exception):
    """This assertion proves nothing for this call. The message says why, for a log; it holds nothing of what came."""


class KeysUnavailableError(Exception):
    """The keys cannot be had, so that nothing can be proven: the call is to be tried again, not refused for good."""
