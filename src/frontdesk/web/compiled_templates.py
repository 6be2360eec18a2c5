"""Compiled templates, kept for every desk of a process: a program's tests open hundreds of desks."""

from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from frontdesk.protocol.messages import Speaker


class CompiledTemplates(BytecodeCache):
    """What was compiled in one language.

    In memory only. From a file it would be code that whoever may write the file could change.
    """

    def __init__(self) -> None:
        """Nothing is compiled yet."""
        self._codes: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Hand over what was compiled from the same source."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._codes[bucket.key, bucket.checksum] = bucket.code


def compiled_in(speaker: Speaker) -> CompiledTemplates:
    """What was compiled so far in the speaker's language."""
    return _BY_SPEAKER.setdefault(speaker, CompiledTemplates())


_BY_SPEAKER: dict[object, CompiledTemplates] = {}
