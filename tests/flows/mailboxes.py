"""A person before a browser, with a mailbox."""

from dataclasses import dataclass, replace

from frontdesk.flows.needs import Origin
from frontdesk.flows.sessions import Sessions
from frontdesk.flows.signin import (
    Challenge,
    CodeRefused,
    Device,
    SignedIn,
    SignIn,
)
from frontdesk.protocol.addresses import read_email
from frontdesk.testing.story import OWNER, Story

HERE = Origin(address="192.0.2.7", request_id="r-1")


@dataclass(slots=True, kw_only=True)
class Mailbox:
    """A person before a browser: asks for codes and types them."""

    story: Story
    sign_in: SignIn
    browser: str = "fdbr_aaaaaaaaaaaaaaaaaaaaaa"
    device: Device | None = None

    async def asks(self, address: str = OWNER, *, app: str | None = None) -> Challenge:
        """Ask for a code."""
        email = read_email(address)
        assert email is not None
        return await self.sign_in.start(email, browser=self.browser, device=self.device, app=app, origin=HERE)

    async def types(self, challenge: Challenge, code: str) -> SignedIn | CodeRefused:
        """Type a code."""
        return await self.sign_in.try_code(challenge, code, device=self.device, replaces=None, origin=HERE)

    def code(self, address: str = OWNER) -> str:
        """The code of the newest mail."""
        return self.story.login_code(address)

    async def guesses_wrong(self, challenge: Challenge, times: int) -> list[SignedIn | CodeRefused]:
        """Type a wrong code again and again."""
        wrong = "000000" if self.code() != "000000" else "000001"
        return [await self.types(challenge, wrong) for _ in range(times)]


def mailbox(story: Story, **changed: object) -> Mailbox:
    """Somebody before a browser that was never here."""
    house = story.house
    sessions = Sessions(store=house.store, clock=story.clock, mint=house.mint)
    sign_in = SignIn(
        store=house.store,
        clock=story.clock,
        mint=house.mint,
        post=story.mail,
        sessions=sessions,
        notices=house.open_notices(),
    )
    return Mailbox(story=story, sign_in=replace(sign_in, **changed))  # type: ignore[arg-type]
