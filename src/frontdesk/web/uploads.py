"""Forms that carry a file: multipart/form-data, whole in memory and small. RFC 7578."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from frontdesk.protocol.forms import Form

UPLOAD_TYPE = b"multipart/form-data"
MAX_UPLOAD = 256 * 1024  # bytes of a form with its file
_MAX_PARTS = 20
_MAX_TEXT = 16 * 1024  # bytes of a field that is no file
_BOUNDARY = re.compile(
    rb"multipart/form-data\s*;\s*boundary=(\"[ -!#-\[\]-~]{1,70}\"|[!-:<-~]{1,70})\s*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """The fields of a form, and its files: what they are called, and of which type they say to be, is forgotten."""

    form: Form
    files: Mapping[str, bytes] = field(repr=False)


async def read_upload(content_type: bytes, body: bytes) -> Posted | None:
    """A form with files; None where it is broken, or repeats a field."""
    boundary = _BOUNDARY.fullmatch(content_type)
    if boundary is None or b"--" + boundary[1].strip(b'"') + b"--" not in body:
        return None
    import aiohttp  # takes longer to load than all pages together, and most never need it
    from aiohttp.base_protocol import BaseProtocol
    from aiohttp.http_exceptions import HttpProcessingError

    loop = asyncio.get_running_loop()
    content = aiohttp.StreamReader(BaseProtocol(loop), MAX_UPLOAD, loop=loop)
    content.feed_data(body)
    content.feed_eof()
    values: dict[str, str] = {}
    files: dict[str, bytes] = {}
    reader = aiohttp.MultipartReader({"Content-Type": content_type.decode("latin-1")}, content)
    try:
        async for part in reader:
            if not isinstance(part, aiohttp.BodyPartReader) or not part.name or len(values) + len(files) >= _MAX_PARTS:
                return None
            if part.name in values or part.name in files or "Content-Transfer-Encoding" in part.headers:
                return None
            held = bytes(await part.read())
            if part.filename is not None:
                files[part.name] = held
            elif len(held) > _MAX_TEXT:
                return None
            else:
                values[part.name] = held.decode("utf-8")
    except (ValueError, AssertionError, RuntimeError, HttpProcessingError):
        return None
    return Posted(form=Form(values=values), files=files)
