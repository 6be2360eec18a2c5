"""What rows about the token endpoint ask with."""

import hashlib
from base64 import b64encode, urlsafe_b64encode

from frontdesk.testing.story import Partner, Story
from frontdesk.testing.wire import Reply

VERIFIER = "v" * 43

CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def basic(user: str, password: str) -> tuple[str, str]:
    """HTTP Basic as a header."""
    return ("authorization", "Basic " + b64encode(f"{user}:{password}".encode()).decode())


async def new_code(story: Story, partner: Partner, **changed: str | None) -> str:
    """A code that a user just gave the partner."""
    networks = await story.house.store.list_networks()
    ids = [row[0].id for row in networks] or [(await story.network("North")).id]
    story.clock.pass_minutes(1)  # one mail a minute
    return await partner.obtains_code(await story.signs_in(), networks=ids, **changed)


def is_error(reply: Reply, status: int, error: str) -> bool:
    """Whether this is that error, kept by nobody."""
    return (reply.status, reply.json()["error"]) == (status, error) and reply.header("cache-control") == "no-store"
