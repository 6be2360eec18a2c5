"""Which networks a connection opens: `GET /networks/v1` of the contract."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from frontdesk_client.errors import FrontdeskError
from frontdesk_client.manners import raise_for_api_error

if TYPE_CHECKING:
    import httpx2


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A tenant of the API."""

    id: str
    title: str


def read_networks(response: "httpx2.Response") -> list[Network]:
    """What the API answered; `ApiError` where it refused."""
    raise_for_api_error(response)
    try:
        return [Network(id=str(each["id"]), title=str(each["title"])) for each in response.json()["networks"]]
    except (ValueError, KeyError, TypeError):
        raise FrontdeskError("The API's answer is no list of networks. Is its address right?") from None
