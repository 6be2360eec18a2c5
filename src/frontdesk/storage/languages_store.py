"""The verb about people's languages, as a method."""

from frontdesk.protocol.ids import UserId
from frontdesk.storage import languages
from frontdesk.storage.writer import Writer


class LanguageVerbs:
    """What `frontdesk.flows.needs_languages.LanguageStore` asks for. Shapes are said there."""

    _writer: Writer

    async def set_user_language(self, *, user_id: UserId, language: str) -> bool:
        """Remember the language that a user chose."""
        return await self._writer.write(languages.set_user_language(user_id=user_id, language=language))
