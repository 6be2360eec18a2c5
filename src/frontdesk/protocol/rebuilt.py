"""What is left of an uploaded picture once it was made anew."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """The new file and its sides in pixels. Where a side is too long, the body may be empty: nobody unpacked it."""

    body: bytes = field(repr=False)
    width: int
    height: int
