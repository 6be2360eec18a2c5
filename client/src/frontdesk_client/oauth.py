"""A partner's credential: a connection's access token, refreshed in time. RFC 6749, RFC 6750."""

from collections.abc import Callable
from datetime import datetime, timedelta

from frontdesk_client.attachment import NETWORK_HEADER, Attachment
from frontdesk_client.calling import Caller, HttpCaller
from frontdesk_client.clock import draw, read_clock
from frontdesk_client.credentials import Credentials
from frontdesk_client.endpoints import Endpoints
from frontdesk_client.exchange import App
from frontdesk_client.origins import Origins
from frontdesk_client.renewal import Renewal
from frontdesk_client.source import Renewed
from frontdesk_client.stores.protocol import TokenStore


class OAuth(Credentials):
    """The connection that `store` keeps under `name`, for the API at `endpoints` (one address, or all of them told).

    A request raises `ReauthorizationRequired` when the connection is gone, `TokenEndpointFailed` or `StoreFailed` when
    a token is needed and cannot be had now, `RefreshRefused` for a wrong client, `ForeignOrigin` for another API.
    `leeway` is how long before its end a token is refreshed, at most.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str | None,
        store: TokenStore,
        *,
        endpoints: Endpoints | str,
        network: str | None = None,
        name: str = "default",
        network_header: str = NETWORK_HEADER,
        leeway: timedelta = timedelta(minutes=2),
        caller: Caller | None = None,
        clock: Callable[[], datetime] = read_clock,
    ) -> None:
        """Nothing is read or sent yet. A public client has no secret. `caller` and `clock` are for tests."""
        where = Endpoints.under(endpoints) if isinstance(endpoints, str) else endpoints
        self._name = name
        self._client_id = client_id
        renewal = Renewal(
            store=store,
            name=name,
            endpoints=where,
            app=App(client_id=client_id, client_secret=client_secret),
            caller=caller or HttpCaller(),
            clock=clock,
            draw=draw,
        )
        super().__init__(
            Attachment(
                source=Renewed(renewal, leeway=leeway, clock=clock, draw=draw),
                origins=Origins(where.api),
                network=network,
                network_header=network_header,
            )
        )

    def __repr__(self) -> str:
        """Which connection, never with what."""
        return f"OAuth({self._client_id!r}, name={self._name!r})"
