"""An app's logo: judged and made anew, kept under a name that is a hash of it, and gone once it is replaced. CS-06."""

import asyncio
from dataclasses import dataclass, field, replace

from frontdesk.flows.needs import Clock, Origin, Store
from frontdesk.flows.operator import Objection
from frontdesk.flows.partners import Partners
from frontdesk.protocol.errors import Reason, Refusal
from frontdesk.protocol.ids import ClientId
from frontdesk.protocol.partners import needs_review_again
from frontdesk.protocol.pictures import (
    LEAST_SIDE,
    MAX_PICTURE,
    MOST_SIDE,
    NAME_LENGTH,
    TYPES,
    Picture,
    PictureFault,
    name_picture,
    read_picture,
)
from frontdesk.protocol.records import AuditEvent, Client, Review, User

PICTURE_PROBLEMS = {
    PictureFault.NOTHING: "there is no picture in this",
    PictureFault.TOO_LARGE: f"the picture has more than {MAX_PICTURE // 1024} kB",
    PictureFault.NOT_A_PICTURE: "this is no PNG, JPEG or WebP",
    PictureFault.BROKEN: "the picture is broken, or moves",
    PictureFault.TOO_SMALL: f"a side of the picture has fewer than {LEAST_SIDE} pixels",
    PictureFault.TOO_WIDE: f"a side of the picture has more than {MOST_SIDE} pixels",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """A picture as it is served."""

    media_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppLogos:
    """What an app's makers do about its logo, and whoever runs the installation."""

    store: Store
    clock: Clock

    async def find(self, name: str) -> Logo | None:
        """The picture of this name; None where no app shows it any more."""
        media_type = TYPES.get(name[NAME_LENGTH:])
        body = await self.store.find_logo(name) if media_type is not None and name.isascii() else None
        return Logo(media_type=media_type, body=body) if media_type is not None and body is not None else None

    async def change(
        self, partners: Partners, user: User, client_id: str, sent: bytes, *, origin: Origin
    ) -> Client | Refusal | PictureFault:
        """One of its makers uploads a logo; an app that was approved must be reviewed again."""
        client = await partners.open_app(user, client_id)
        if isinstance(client, Refusal):
            return client
        picture = await _read(sent)
        if isinstance(picture, PictureFault):
            return picture
        return await self._put(client, picture, actor=f"user:{user.id}", user=user, origin=origin)

    async def remove(self, partners: Partners, user: User, client_id: str, *, origin: Origin) -> Client | Refusal:
        """One of its makers wants none: its initials stand there instead. An approved app must be reviewed again."""
        client = await partners.open_app(user, client_id)
        if isinstance(client, Refusal):
            return client
        return await self._put(client, None, actor=f"user:{user.id}", user=user, origin=origin)

    async def change_by_operator(self, client_id: str, sent: bytes | None, *, origin: Origin) -> Client | Objection:
        """Whoever runs the installation sets or removes (None) a logo: that is no reason to review the app again."""
        client = await self.store.find_client(ClientId(client_id))
        if client is None:
            return Objection(problem="no app has this client id", hint="frontdesk app list", missing=True)
        picture = await _read(sent) if sent is not None else None
        if isinstance(picture, PictureFault):
            return Objection(problem=PICTURE_PROBLEMS[picture], hint="send a PNG, JPEG or WebP that stands still")
        done = await self._put(client, picture, actor=origin.operator, user=None, origin=origin)
        if isinstance(done, Refusal):
            return Objection(problem="somebody changed this app at the same moment", hint="try again")
        return done

    async def _put(
        self, before: Client, picture: Picture | None, *, actor: str, user: User | None, origin: Origin
    ) -> Client | Refusal:
        now = self.clock.now()
        after = replace(before, logo=name_picture(before.id, picture) if picture is not None else "")
        if user is not None and needs_review_again(before, after):
            after = replace(after, review=Review.DRAFT, review_at=now, verified_at=None)
        if after == before:
            return before
        audit = AuditEvent(
            at=now,
            action="client.logo_changed" if picture is not None else "client.logo_removed",
            actor=actor,
            client_id=before.id,
            user_id=user.id if user is not None else None,
            address=origin.address,
            request_id=origin.request_id,
            detail="review" if after.review is not before.review else "",
        )
        body = picture.body if picture is not None else b""

        if not await self.store.set_app_logo(client=after, before=before, picture=body, audit=audit):
            return Refusal(reason=Reason.APP_CHANGED_MEANWHILE)
        return after


async def _read(sent: bytes) -> Picture | PictureFault:
    """Beside the loop: unpacking a large picture takes its time."""
    return await asyncio.to_thread(read_picture, sent)
