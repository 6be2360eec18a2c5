"""What each scope allows, in plain words for the consent page, taken from the document."""

import re
from collections.abc import Mapping, Sequence

from frontdesk.gateway.document import ListedOperation
from frontdesk.protocol.scope_operations import OpenedOperation
from frontdesk.protocol.scopes import READONLY

MAX_WORDS = 200
SHOWN_SUMMARIES = 3

_MARKUP = re.compile(r"<[^>]*>|[`*_#]|\]\([^)]*\)|[\[\]]|[\x00-\x1f\x7f]")


def describe_scopes(declared: Mapping[str, str], used: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """A sentence for every known scope: the declared one, else one made of what the operations that take it do.

    `used` gives, for each scope that operations take, their summaries.
    """
    texts: dict[str, str] = {}
    for scope in (*declared, *(scope for scope in used if scope not in declared)):
        texts[scope] = _plain(declared.get(scope, "")) or _of_summaries(used.get(scope, ())) or _of_name(scope)
    return texts


def describe_operation(listed: ListedOperation) -> OpenedOperation:
    """One operation as a person is told of it; its summary is the document author's, so markup and length are cut."""
    return OpenedOperation(method=listed.method, template=listed.template, words=_plain(listed.summary))


def writes(scope: str) -> bool:
    """Whether a scope changes data: every one does that is not a `.readonly`."""
    return not scope.endswith(READONLY)


def _plain(words: str) -> str:
    """One line without markup, at most MAX_WORDS characters: the document's author is not the page's."""
    line = " ".join(_MARKUP.sub(" ", words).split())
    return line if len(line) <= MAX_WORDS else line[: MAX_WORDS - 1].rstrip() + "…"


def _of_summaries(summaries: Sequence[str]) -> str:
    lines = list(dict.fromkeys(filter(None, map(_plain, summaries))))
    if not lines:
        return ""
    shown = [lines[0], *(line[:1].lower() + line[1:] for line in lines[1:SHOWN_SUMMARIES])]
    more = len(lines) - len(shown)
    return _plain(", ".join(shown) + (f" and {more} more" if more else ""))


def _of_name(scope: str) -> str:
    name = scope.removesuffix(READONLY).replace(".", " ").replace("_", " ")
    return f"Read and change {name}" if writes(scope) else f"Read {name}"
