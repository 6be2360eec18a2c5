"""What speaking to people in their language needs of the store."""

from typing import Protocol

from frontdesk.protocol.ids import UserId


class LanguageStore(Protocol):
    """Which language somebody chose."""

    async def set_user_language(self, *, user_id: UserId, language: str) -> bool:
        """Remember the language that a user chose (empty: none); False: no such user."""
