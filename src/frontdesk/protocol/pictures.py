"""Pictures that people upload: judged by what they hold and made anew of the parts that draw. ATTACKS CS-06.

What a file is called, and what its sender says that it is, counts for nothing. Descriptions, places, thumbnails, colour
profiles and whatever hides between or behind the parts are left out. A drawing that is a program (SVG) is no picture.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from hashlib import sha256

from frontdesk.protocol.ids import ClientId
from frontdesk.protocol.jpeg import rebuild_jpeg
from frontdesk.protocol.png import PNG, rebuild_png
from frontdesk.protocol.rebuilt import Rebuilt
from frontdesk.protocol.webp import rebuild_webp

MAX_SENT = 240 * 1024  # bytes, as it comes
MAX_PICTURE = 24 * 1024  # bytes, as it is kept: a page that shows it is still light
LEAST_SIDE, MOST_SIDE = 32, 1024  # pixels

TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
NAME_LENGTH = 40  # hexadecimal digits of a name: 160 bits of its hash


class PictureFault(Enum):
    """Why a file cannot be shown as a picture."""

    NOTHING = auto()
    TOO_LARGE = auto()
    NOT_A_PICTURE = auto()  # of one of the three kinds
    BROKEN = auto()
    TOO_SMALL = auto()  # a side of it
    TOO_WIDE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as it is kept. `suffix` says of which kind: a key of TYPES."""

    suffix: str
    body: bytes = field(repr=False)
    width: int
    height: int


def read_picture(sent: bytes) -> Picture | PictureFault:
    """A PNG, JPEG or WebP, made anew; it stands still, whatever it was."""
    if not sent:
        return PictureFault.NOTHING
    if len(sent) > MAX_SENT:
        return PictureFault.TOO_LARGE
    if sent.startswith(PNG):
        suffix, rebuilt = ".png", rebuild_png(sent, most_side=MOST_SIDE)
    elif sent.startswith(b"\xff\xd8\xff"):
        suffix, rebuilt = ".jpg", rebuild_jpeg(sent)
    elif sent[:4] == b"RIFF" and sent[8:12] == b"WEBP":
        suffix, rebuilt = ".webp", rebuild_webp(sent)
    else:
        return PictureFault.NOT_A_PICTURE
    return _judge(suffix, rebuilt)


def name_picture(client_id: ClientId, picture: Picture) -> str:
    """What an app's picture is called: a hash of it, so that no other has the name; its kind at the end."""
    digest = sha256(client_id.encode() + b"\0" + picture.body).hexdigest()
    return digest[:NAME_LENGTH] + picture.suffix


def _judge(suffix: str, rebuilt: Rebuilt | None) -> Picture | PictureFault:
    if rebuilt is None:
        return PictureFault.BROKEN
    if max(rebuilt.width, rebuilt.height) > MOST_SIDE:
        return PictureFault.TOO_WIDE
    if min(rebuilt.width, rebuilt.height) < LEAST_SIDE:
        return PictureFault.TOO_SMALL
    if len(rebuilt.body) > MAX_PICTURE:
        return PictureFault.TOO_LARGE
    return Picture(suffix=suffix, body=rebuilt.body, width=rebuilt.width, height=rebuilt.height)
