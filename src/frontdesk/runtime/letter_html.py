"""A letter as simple HTML, made of its plain text: paragraphs, lists, links, and the code large. No picture, no script.

It loads nothing from anywhere, so that opening a mail tells nobody; and every character of the text is escaped.
"""

import re
from dataclasses import dataclass
from html import escape

from frontdesk.protocol.colours import DARK, LIGHT
from frontdesk.protocol.languages import ENGLISH_CODE, LANGUAGES

_LINK = re.compile(r"https?://[^\s<>\"']+")
# Mail programs that know dark looks take the second colour; all others the first, on white.
_PAGE = (
    '<!doctype html><html lang="{lang}" dir="{dir}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><title>{title}</title>'
    "<style>a, .mark {{ color: {accent} }} "
    "@media (prefers-color-scheme: dark) {{ a, .mark {{ color: {accent_dark} }} }}</style></head>"
    '<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 34em; margin: 0 auto; padding: 16px">'
    "{mark}{body}</body></html>"
)
_MARK = '<p class="mark" style="border-top: 4px solid; padding-top: 12px; font-weight: 650">{}</p>'
_CODE = '<p dir="ltr" style="font: bold 24px/1.3 ui-monospace, monospace; letter-spacing: .15em">{}</p>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Whose letters they are, and in which colours on light and dark ground. No product: no mark."""

    product: str = ""
    accent: str = LIGHT.accent.hex
    accent_dark: str = DARK.accent.hex


def render_html(subject: str, text: str, *, language: str, look: Look | None = None) -> str:
    """The whole document. Blocks are what empty lines part; an indented one stands out, `  - ` begins an item."""
    spoken = LANGUAGES.get(language) or LANGUAGES[ENGLISH_CODE]
    blocks = [block for block in re.split(r"\n{2,}", text.strip("\n")) if block.strip()]
    look = look or Look()
    return _PAGE.format(
        lang=spoken.code,
        dir=spoken.dir,
        title=escape(subject),
        accent=look.accent,
        accent_dark=look.accent_dark,
        mark=_MARK.format(escape(look.product)) if look.product else "",
        body="".join(map(_render_block, blocks)),
    )


def _render_block(block: str) -> str:
    if block.startswith("    "):
        return _CODE.format(escape(block.strip()))
    parts, items = [], []
    lines: list[str] = []
    for line in block.split("\n"):
        if line.startswith("  - "):
            items.append(f"<li>{_render_line(line[4:])}</li>")
        elif line.strip():
            lines.append(_render_line(line))
    if lines:
        parts.append(f"<p>{'<br>'.join(lines)}</p>")
    if items:
        parts.append(f"<ul>{''.join(items)}</ul>")
    return "".join(parts)


def _render_line(line: str) -> str:
    """Escaped, with its addresses as links. Names cannot hold one: `one_line` takes them apart."""
    out, end = [], 0
    for found in _LINK.finditer(line):
        out.append(escape(line[end : found.start()]))
        out.append(f'<a href="{escape(found[0])}" dir="ltr">{escape(found[0])}</a>')
        end = found.end()
    return "".join([*out, escape(line[end:])])
