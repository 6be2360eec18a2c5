"""The in-memory twin of storage/languages.py."""

from dataclasses import replace

from frontdesk.protocol.ids import UserId
from frontdesk.storage.memory_state import MemoryState


class MemoryLanguages(MemoryState):
    """The language that somebody chose."""

    async def set_user_language(self, *, user_id: UserId, language: str) -> bool:
        """Remember it; False: no such user."""
        user = self.users.get(user_id)
        if user is None:
            return False
        self.users[user_id] = replace(user, language=language)
        return True
