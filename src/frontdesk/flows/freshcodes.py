"""Codes as this worker has just saved them: an exchange mostly asks within moments, once, and here.

A hint and no more. What another worker or a later change did to a code is not seen here, and need not be: taking the
code decides, in the database. Whoever asks a second time is told what the database says.
"""

from frontdesk.protocol.ids import CodeId
from frontdesk.protocol.records import AuthorizationCode

KEPT = 1_024


class FreshCodes:
    """Of one worker, as many as `KEPT`."""

    def __init__(self) -> None:
        """None yet."""
        self._codes: dict[CodeId, AuthorizationCode] = {}

    def put(self, code: AuthorizationCode) -> None:
        """Remember one; where nobody came for so many, all the others are forgotten."""
        if len(self._codes) >= KEPT:
            self._codes.clear()
        self._codes[code.id] = code

    def take(self, code_id: CodeId) -> AuthorizationCode | None:
        """Hand one over, once."""
        return self._codes.pop(code_id, None)
