"""What a network's Basic pair may be narrowed to: reading only, some operations, some addresses, a last day.

Nothing of it widens what the document lets Basic do. A pair that is not narrowed may do all of that (ATTACKS W11).
"""

from dataclasses import dataclass

from frontdesk.protocol.ids import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What a pair is narrowed to; each that is empty narrows nothing.

    `operations` as the document lists them, "GET /v1/rooms/{id}", its base before the path; HEAD follows GET.
    `addresses` in the notation of RFC 4632 and RFC 4291, single ones included. Alive while `now < expires_at`.
    """

    read_only: bool = False
    operations: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    expires_at: Micros | None = None

    @property
    def narrows(self) -> bool:
        """Whether anything is narrowed."""
        return self.read_only or bool(self.operations) or bool(self.addresses) or self.expires_at is not None


WIDE = Narrowing()
