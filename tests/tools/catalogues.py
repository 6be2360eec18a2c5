"""The catalogues of translations: every marked text is found in the source, and goes into each .po file.

`python tests/tools/catalogues.py` writes the files anew (`make words`): new texts come without a translation, those
that are gone go, and nothing that is translated is lost.
"""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from frontdesk.protocol.languages import ENGLISH_CODE, OFFERED

SOURCE = Path(__file__).parents[2] / "src" / "frontdesk"
ROOMS = ("protocol", "flows", "web")  # where people are spoken to; the command line speaks English
FOLDER = SOURCE / "runtime" / "catalogues"
TRANSLATED = tuple(code for code in OFFERED if code != ENGLISH_CODE)
_WORDS = {"N_": None, "say": None, "say_count": (1, 2), "gettext": None, "ngettext": (1, 2), "_": None}
_METHODS = [("**.py", "python"), ("**.html", "jinja2.ext.babel_extract")]
_OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}}


def find_marked() -> Catalog:
    """A catalogue of every marked text, without translations."""
    found = Catalog(charset="utf-8")
    for _, _, text, _, _ in _extract():
        found.add(text)
    return found


def _extract() -> Iterator[tuple[str, int, str | tuple[str, ...], list[str], str | None]]:
    for room in ROOMS:
        yield from extract_from_dir(str(SOURCE / room), _METHODS, _OPTIONS, keywords=_WORDS)  # type: ignore[misc]


def read(code: str) -> Catalog:
    """One language's catalogue; an empty one where there is none yet."""
    path = FOLDER / f"{code}.po"
    if not path.exists():
        return Catalog(locale=code, charset="utf-8")
    return read_po(io.BytesIO(path.read_bytes()), locale=code, abort_invalid=True)


def bring_up_to_date(code: str, marked: Catalog) -> Catalog:
    """The language's catalogue with every marked text and no other, in the order of the alphabet."""
    known, fresh = read(code), Catalog(locale=code, charset="utf-8", fuzzy=False)
    for message in marked:
        if message.id:
            old = known.get(message.id[0] if isinstance(message.id, tuple) else message.id)
            kept = old.string if old is not None and old.pluralizable == message.pluralizable else None
            fresh.add(message.id, kept)
    return fresh


def render(catalogue: Catalog) -> bytes:
    """The .po file, the same for the same catalogue: no dates, no places in the source."""
    out = io.BytesIO()
    write_po(out, catalogue, omit_header=True, no_location=True, sort_output=True, width=110)
    header = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: '
        f'{catalogue.locale}\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    return header.encode() + out.getvalue()


def main() -> None:
    """Write every language's file."""
    marked = find_marked()
    for code in TRANSLATED:
        catalogue = bring_up_to_date(code, marked)
        (FOLDER / f"{code}.po").write_bytes(render(catalogue))
        missing = sum(1 for message in catalogue if message.id and not any(_strings(message.string)))
        print(f"{code}: {len(catalogue)} texts, {missing} without a translation")


def _strings(string: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string or ())


if __name__ == "__main__":
    main()
