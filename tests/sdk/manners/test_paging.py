"""Long lists by `limit` and `nextPageToken`, over the imitation of the original API and each client."""

import asyncio
import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp
import httpx
import httpx2
import pytest
import requests
from frontdesk_client.errors import ApiError, PagingFailed
from frontdesk_client.manners import (
    aiterate_items,
    aiterate_pages,
    iterate_items,
    iterate_pages,
    next_page_token,
    rows_of,
)

from sdk.imitation import RESOURCES, Original, imitate
from sdk.plain_server import Asked, Said, say, serve

SYNC = {"httpx2": httpx2.Client, "httpx": httpx.Client, "requests": requests.Session}
ASYNC = {"httpx2": httpx2.AsyncClient, "httpx": httpx.AsyncClient, "aiohttp": aiohttp.ClientSession}


@pytest.fixture
def original() -> Iterator[Original]:
    """An API that counts no calls."""
    with imitate(per_second=1000) as started:
        yield started


def basic(original: Original) -> dict[str, str]:
    """The customer's credential as a header."""
    return {"authorization": f"Basic {base64.b64encode(':'.join(original.pair).encode()).decode()}"}


@pytest.mark.parametrize("kind", SYNC)
def test_every_row_comes_once_and_in_order(original: Original, kind: str) -> None:
    """Sixty rows, twenty-five a page: three calls, with the filters on each."""
    with SYNC[kind]() as client:
        rows = list(
            iterate_items(
                client,
                f"{original.address}/resources/v1",
                params={"locationRef": "l", "featured": True},
                limit=25,
                headers=basic(original),
            )
        )
    assert rows == RESOURCES
    queries = [one.query for one in original.asked_for("GET", "/resources/v1")]
    assert [(query["limit"], query["locationRef"], query["featured"]) for query in queries] == [("25", "l", "true")] * 3
    assert ["nextPageToken" in query for query in queries] == [False, True, True]


@pytest.mark.parametrize("kind", ASYNC)
def test_every_row_comes_once_and_in_order_in_async_clients(original: Original, kind: str) -> None:
    """The same over async clients; what nobody sets is the most that a page holds."""

    async def rows() -> list[Any]:
        async with ASYNC[kind]() as client:
            url, headers = f"{original.address}/resources/v1", basic(original)
            return [row async for row in aiterate_items(client, url, params={"featured": False}, headers=headers)]

    assert asyncio.run(rows()) == RESOURCES
    assert [one.query for one in original.asked_for("GET", "/resources/v1")] == [{"limit": "100", "featured": "false"}]


@pytest.mark.parametrize("kind", ASYNC)
def test_a_walk_starts_where_another_was_left(original: Original, kind: str) -> None:
    """A token kept from a page goes on from there, and a page is fetched only when it is asked for."""

    async def halves() -> tuple[list[Any], list[Any]]:
        async with ASYNC[kind]() as client:
            url, headers = f"{original.address}/resources/v1", basic(original)
            async for page in aiterate_pages(client, url, limit=30, headers=headers):
                kept = next_page_token(page)
                break
            assert len(original.asked) == 1
            return rows_of(page), [
                row async for row in aiterate_items(client, url, params={"nextPageToken": kept or ""}, headers=headers)
            ]

    first, second = asyncio.run(halves())
    assert first + second == RESOURCES


@pytest.mark.parametrize("kind", SYNC)
def test_a_refused_page_is_an_error_of_the_api(original: Original, kind: str) -> None:
    """Not the end of the list: a wrong credential or token is told."""
    url = f"{original.address}/resources/v1"
    with SYNC[kind]() as client:
        with pytest.raises(ApiError, match="401 unauthenticated"):
            list(iterate_pages(client, url))
        with pytest.raises(ApiError, match="400 badRequest: nextPageToken"):
            list(iterate_pages(client, url, params={"nextPageToken": "!"}, headers=basic(original)))


@pytest.mark.parametrize("kind", ASYNC)
def test_a_refused_page_is_an_error_of_the_api_in_async_clients(original: Original, kind: str) -> None:
    """The same over async clients."""

    async def walk() -> None:
        async with ASYNC[kind]() as client:
            async for _ in aiterate_pages(client, f"{original.address}/resources/v1"):
                pass

    with pytest.raises(ApiError, match="401 unauthenticated"):
        asyncio.run(walk())


@pytest.mark.parametrize(
    ("page", "token"),
    [
        ({"nextPageToken": "t"}, "t"),
        ({"nextPageToken": "t", "searchQueryNext": "nextPageToken=other"}, "t"),
        ({"searchQueryNext": "limit=2&order=a%3Ab&nextPageToken=t%2B%3D"}, "t+="),
        ({"searchQueryNext": "?nextPageToken=t"}, "t"),
        ({"searchQueryNext": "limit=2"}, None),
        ({"searchQueryNext": None, "nextPageToken": None}, None),
        ({"nextPageToken": ""}, None),
        ({}, None),
    ],
)
def test_where_the_next_page_begins(page: Mapping[str, Any], token: str | None) -> None:
    """Events and floors answer with `searchQueryNext` only: its token is what counts."""
    assert next_page_token(page) == token


@pytest.mark.parametrize(
    ("page", "items", "rows"),
    [
        ({"resources": [1], "nextPageToken": "t"}, None, [1]),
        ({"resources": []}, None, []),
        ({"resources": [1], "floors": [2]}, "floors", [2]),
    ],
)
def test_which_member_holds_the_rows(page: Mapping[str, Any], items: str | None, rows: list[int]) -> None:
    """The only list of a page, or the one that is named."""
    assert rows_of(page, items) == rows


@pytest.mark.parametrize(
    ("page", "items", "why"),
    [
        ({"a": [], "b": []}, None, "this one 2: name it"),
        ({"message": "hello"}, None, "this one 0"),
        ({"a": []}, "b", 'no list "b"'),
        ({"a": 1}, "a", 'no list "a"'),
    ],
)
def test_a_page_without_its_list_is_no_end(page: Mapping[str, Any], items: str | None, why: str) -> None:
    """An answer in another form is told, and is not a list without rows."""
    with pytest.raises(PagingFailed, match=why):
        rows_of(page, items)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"", b'"text"'])
def test_what_is_no_page_is_refused(body: bytes) -> None:
    """A 200 that is no JSON object: somebody else answered."""
    with (
        serve(lambda _: Said(body=body)) as address,
        httpx2.Client() as client,
        pytest.raises(PagingFailed, match="no page"),
    ):
        list(iterate_pages(client, address))


def test_a_list_that_leads_in_a_circle_ends_in_an_error() -> None:
    """Two tokens that point at one another would be followed for ever."""

    def answer(asked: Asked) -> Said:
        return say(rows=[1], nextPageToken="b" if asked.query.get("nextPageToken") == "a" else "a")

    seen: list[Mapping[str, Any]] = []
    with serve(answer) as address, httpx2.Client() as client, pytest.raises(PagingFailed, match="never end"):
        seen.extend(iterate_pages(client, address))
    with serve(answer) as address, httpx2.Client() as client:
        pages = iterate_pages(client, address)
        assert json.dumps([next(pages), next(pages)])
