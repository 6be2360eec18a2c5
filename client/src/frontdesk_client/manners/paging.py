"""Long lists, a page at a time, by `limit` and `nextPageToken`; the reading of a page is pure."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from frontdesk_client.errors import PagingFailed
from frontdesk_client.manners.api_errors import raise_for_api_error, raise_for_api_error_async

if TYPE_CHECKING:
    import aiohttp
    import httpx
    import httpx2
    import requests

MOST = 100  # rows of a page; the API gives 25 where nobody asks
Params = Mapping[str, str | int | float | bool]


def iterate_pages(
    client: "httpx2.Client | httpx.Client | requests.Session",
    url: str,
    *,
    params: Params | None = None,
    limit: int = MOST,
    headers: Mapping[str, str] | None = None,
) -> Iterator[Mapping[str, Any]]:
    """Every answer of a list, as JSON objects, each fetched when it is asked for.

    `params` are the filters, sent with each page; a `nextPageToken` among them is where to begin. Raises `ApiError`
    where a page is refused, and `PagingFailed` where an answer is no page or leads in a circle.
    """
    walk = _Walk(params, limit)
    while (asked := walk.next()) is not None:
        response = client.get(url, params=asked, headers=dict(headers or {}))
        raise_for_api_error(response)
        yield walk.read(response.content)


async def aiterate_pages(
    client: "httpx2.AsyncClient | httpx.AsyncClient | aiohttp.ClientSession",
    url: str,
    *,
    params: Params | None = None,
    limit: int = MOST,
    headers: Mapping[str, str] | None = None,
) -> AsyncIterator[Mapping[str, Any]]:
    """Every answer of a list; see `iterate_pages`."""
    walk = _Walk(params, limit)
    while (asked := walk.next()) is not None:
        response: Any = await client.get(url, params=asked, headers=dict(headers or {}))
        await raise_for_api_error_async(response)
        yield walk.read(await (response.aread() if hasattr(response, "aread") else response.read()))


def iterate_items(
    client: "httpx2.Client | httpx.Client | requests.Session",
    url: str,
    *,
    items: str | None = None,
    params: Params | None = None,
    limit: int = MOST,
    headers: Mapping[str, str] | None = None,
) -> Iterator[Any]:
    """Every row of a list, over all its pages. `items` names the member that holds them, where a page has several."""
    for page in iterate_pages(client, url, params=params, limit=limit, headers=headers):
        yield from rows_of(page, items)


async def aiterate_items(
    client: "httpx2.AsyncClient | httpx.AsyncClient | aiohttp.ClientSession",
    url: str,
    *,
    items: str | None = None,
    params: Params | None = None,
    limit: int = MOST,
    headers: Mapping[str, str] | None = None,
) -> AsyncIterator[Any]:
    """Every row of a list, over all its pages; see `iterate_items`."""
    async for page in aiterate_pages(client, url, params=params, limit=limit, headers=headers):
        for row in rows_of(page, items):
            yield row


def rows_of(page: Mapping[str, Any], items: str | None = None) -> list[Any]:
    """The rows of one page: its only list, or the one that is named."""
    lists = [name for name, value in page.items() if isinstance(value, list)] if items is None else [items]
    if len(lists) != 1:
        raise PagingFailed(f"a page holds one list, this one {len(lists)}: name it with items=")
    rows = page.get(lists[0])
    if not isinstance(rows, list):
        raise PagingFailed(f'the page holds no list "{lists[0]}"')
    return rows


def next_page_token(page: Mapping[str, Any]) -> str | None:
    """Where the next page begins; None at the end.

    Some lists answer with a `searchQueryNext` only: the query of the next page, whose token is all that is taken of it.
    """
    if token := page.get("nextPageToken"):
        return str(token)
    query = page.get("searchQueryNext")
    tokens = parse_qs(query.lstrip("?")).get("nextPageToken") if isinstance(query, str) else None
    return tokens[0] if tokens else None


class _Walk:
    """From the first page to the last: what to ask for next."""

    def __init__(self, params: Params | None, limit: int) -> None:
        self._params: dict[str, str | int | float] = {"limit": limit}
        # Booleans are spelt differently by each client; the API wants JSON's.
        self._params.update({name: _spelt(value) for name, value in (params or {}).items()})
        self._seen: set[str] = set()
        self._is_over = False

    def next(self) -> dict[str, str | int | float] | None:
        """The query of the next page; None after the last."""
        return None if self._is_over else dict(self._params)

    def read(self, body: bytes) -> Mapping[str, Any]:
        """One page, which says whether another follows."""
        try:
            page = json.loads(body)
        except ValueError:
            page = None
        if not isinstance(page, dict):
            raise PagingFailed("the answer is no page: a JSON object was expected") from None
        token = next_page_token(page)
        if token is None:
            self._is_over = True
        elif token in self._seen:
            raise PagingFailed("the API gave the same nextPageToken twice: the list would never end")
        else:
            self._seen.add(token)
            self._params["nextPageToken"] = token
        return page


def _spelt(value: str | float | bool) -> str | int | float:
    """A filter as it stands in the query."""
    return str(value).lower() if isinstance(value, bool) else value
