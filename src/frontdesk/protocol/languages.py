"""In which language somebody is spoken to: what they chose, else what their browser asks for. RFC 9110 §12.5.4."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language of the pages and mails: its code (RFC 5646), and its name in itself."""

    code: str
    name: str
    rtl: bool = False

    @property
    def dir(self) -> str:
        """The direction that it is written in, as HTML says it."""
        return "rtl" if self.rtl else "ltr"


ENGLISH_CODE = "en"
# English with every letter marked, to find words that nobody can translate: never offered unless it is asked for.
PSEUDO_CODE = "en-XA"

LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        Language(code=ENGLISH_CODE, name="English"),
        Language(code="uk", name="Українська"),
        Language(code="de", name="Deutsch"),
        Language(code="es", name="Español"),
        Language(code="fr", name="Français"),
        Language(code="ar", name="العربية", rtl=True),
        Language(code=PSEUDO_CODE, name="Ƥšéûđö"),
    )
}
OFFERED = tuple(code for code in LANGUAGES if code != PSEUDO_CODE)
_MOST = 32  # entries of an Accept-Language that are looked at


def choose_language(*, chosen: Sequence[str], accepted: str, offered: Sequence[str] = OFFERED) -> Language:
    """The first of `chosen` that is offered, else the best of an Accept-Language header, else the first offered."""
    for code in chosen:
        if code in offered:
            return LANGUAGES[code]
    for tag in _by_preference(accepted):
        if tag == "*":
            break
        # "de-AT" is served by "de" (RFC 4647 §3.4, lookup).
        parts = tag.split("-")
        for length in range(len(parts), 0, -1):
            code = "-".join(parts[:length])
            found = next((code_ for code_ in offered if code_.lower() == code), None)
            if found is not None:
                return LANGUAGES[found]
    return LANGUAGES[offered[0]]


def _by_preference(accepted: str) -> list[str]:
    """The tags of an Accept-Language header, most wanted first; what cannot be read, or is not wanted, is left out."""
    weighed = []
    for place, entry in enumerate(accepted.lower().split(",")[:_MOST]):
        tag, _, weight = entry.partition(";")
        name, _, number = weight.strip().partition("=")
        try:
            quality = float(number) if name == "q" else 1.0
        except ValueError:
            continue
        if tag.strip() and 0 < quality <= 1:
            weighed.append((-quality, place, tag.strip()))
    return [tag for _, _, tag in sorted(weighed)]
