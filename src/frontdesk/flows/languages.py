"""Remembering in which language somebody wants to be spoken to, in pages and mails."""

from dataclasses import dataclass

from frontdesk.flows.needs import Store
from frontdesk.protocol.languages import OFFERED
from frontdesk.protocol.records import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Languages:
    """The walk over people's languages. `offered` are those that this installation speaks."""

    store: Store
    offered: tuple[str, ...] = OFFERED

    async def choose(self, user: User, code: str) -> bool:
        """Speak to this user so from now on; False, with nothing changed, where nobody here speaks it."""
        if code not in self.offered:
            return False
        return code == user.language or await self.store.set_user_language(user_id=user.id, language=code)
