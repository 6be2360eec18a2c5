"""The language that somebody chose."""

from frontdesk.protocol.ids import UserId, uuid_bytes
from frontdesk.storage.verbs import Verb

SET = "UPDATE users SET language = $1 WHERE id = $2 RETURNING id"


def set_user_language(*, user_id: UserId, language: str) -> Verb[bool]:
    """Remember it; False: no such user. No audit row: it changes what is said to nobody but themselves."""
    return bool((yield SET, (language, uuid_bytes(user_id))))
