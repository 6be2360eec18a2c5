"""How a connection is ended, and what its end looks like. RFC 7009."""

from frontdesk_client.calling import Answer, Call
from frontdesk_client.clock import read_clock
from frontdesk_client.endpoints import Endpoints
from frontdesk_client.errors import TokenEndpointFailed
from frontdesk_client.exchange import App
from frontdesk_client.manners.retry_after import read_retry_after
from frontdesk_client.tokens import Tokens


def ask_to_revoke(endpoints: Endpoints, app: App, tokens: Tokens) -> Call:
    """One of its tokens ends them both. The original API wants it in the query, and no proof."""
    token = tokens.refresh_token or tokens.access_token
    if endpoints.revoke_in_query:
        return Call(method="POST", url=endpoints.revoke, query={"token": token})
    return Call(method="POST", url=endpoints.revoke, form={**app.proof(), "token": token})


def judge_revoked(answer: Answer) -> None:
    """`TokenEndpointFailed` unless it is done. A token that the server does not know is done, too (§2.2)."""
    if answer.status not in (200, 204):
        raise TokenEndpointFailed(
            f"the revoke endpoint answered {answer.status}: the connection may still be open. Try again.",
            retry_after=read_retry_after(answer.headers, now=read_clock()),
        )
