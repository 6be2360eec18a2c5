"""A customer's credential: the client id and secret of one network, by HTTP Basic. RFC 7617."""

from base64 import b64encode

from frontdesk_client.attachment import NETWORK_HEADER, Attachment
from frontdesk_client.credentials import Credentials
from frontdesk_client.origins import Origins
from frontdesk_client.source import Constant


class BasicCredentials(Credentials):
    """A client id and secret for the API at `api`, one address or several. The network is optional: the pair has one.

    `InsecureTransport` where an address is plain http on another host, `ValueError` for an id that Basic cannot carry.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        api: str | tuple[str, ...],
        network: str | None = None,
        network_header: str = NETWORK_HEADER,
    ) -> None:
        """Nothing is sent yet."""
        if ":" in client_id:
            raise ValueError("a client id with a colon cannot be sent by HTTP Basic")
        self._client_id = client_id
        super().__init__(
            Attachment(
                source=Constant("Basic " + b64encode(f"{client_id}:{client_secret}".encode()).decode()),
                origins=Origins([api] if isinstance(api, str) else api),
                network=network,
                network_header=network_header,
            )
        )

    def __repr__(self) -> str:
        """Who, never with what."""
        return f"BasicCredentials({self._client_id!r})"
