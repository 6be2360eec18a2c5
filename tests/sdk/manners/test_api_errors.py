"""A refusal of the API as an exception, from the answer of each client."""

import asyncio
import json
from typing import Any

import aiohttp
import httpx
import httpx2
import pytest
import requests
from frontdesk_client.errors import ApiError
from frontdesk_client.manners import Manners, raise_for_api_error, raise_for_api_error_async, read_api_error

from sdk.manners.senders import KINDS, opened
from sdk.plain_server import Said, say, serve

ID = "66abf30c91d2e84f7a5506"
REFUSAL = say(
    429,
    {"X-Request-Id": ID, "Retry-After": "120"},
    message="Too many requests for this credential.",
    type="rateLimited",
)


def error_of(kind: str, said: Said, **rest: Any) -> tuple[ApiError, str]:
    """What is raised for one answer, and the address that gave it."""

    async def go(address: str) -> None:
        url = f"{address}/resources/v1?limit=2"
        if kind == "aiohttp":
            async with aiohttp.ClientSession() as session, session.get(url, **rest) as answer:
                await raise_for_api_error_async(answer)
        else:
            async with opened(kind, Manners()) as sender:
                raise_for_api_error((await sender("GET", url, **rest)).response)

    with serve(lambda _: said) as address, pytest.raises(ApiError) as caught:
        asyncio.run(go(address))
    return caught.value, address


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_says_all_that_was_answered(kind: str) -> None:
    """Message, type, status, when to come again, the id, and where it is explained."""
    error, address = error_of(kind, REFUSAL)
    assert (error.status, error.type, error.message) == (429, "rateLimited", "Too many requests for this credential.")
    assert (error.request_id, error.retry_after) == (ID, 120.0)
    assert error.explanation == f"{address}/_frontdesk/decisions/{ID}"
    assert str(error) == f"429 rateLimited: Too many requests for this credential. (request {ID})"


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_repeats_the_credential_does_not_spread_it(kind: str) -> None:
    """Some servers quote what they refuse; the exception goes into logs."""
    said = say(401, message="the token canary-0123456789 is no good", type="canary-0123456789")
    error, _ = error_of(kind, said, headers={"authorization": "Bearer canary-0123456789"})
    assert "canary" not in f"{error!s}{error!r}{error.args}{error.__dict__}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b"[]", b"\xff\xfe", b"[" * 60000])
def test_an_answer_in_another_form_is_told_by_its_status(kind: str, body: bytes) -> None:
    """A proxy's page, say: no explanation is promised where the answer names none."""
    error, _ = error_of(kind, Said(status=502, body=body))
    assert (error.status, error.type, error.request_id, error.explanation) == (502, "unspecified", None, None)


def test_a_good_answer_raises_nothing() -> None:
    """Also a redirect, which is no error."""
    for status in (200, 204, 304, 399):
        raise_for_api_error(httpx2.Response(status, request=httpx2.Request("GET", "https://api.example.com")))


@pytest.mark.parametrize("library", [httpx2, httpx])
def test_a_streamed_answer_is_read_first(library: Any) -> None:
    """The sync function reads what it can; the async one whatever there is."""

    async def go(address: str) -> tuple[ApiError, ApiError]:
        async with library.AsyncClient() as client:
            async with client.stream("GET", address) as answer:
                with pytest.raises(ApiError) as unread:
                    raise_for_api_error(answer)
            async with client.stream("GET", address) as answer:
                with pytest.raises(ApiError) as read:
                    await raise_for_api_error_async(answer)
        return unread.value, read.value

    with serve(lambda _: REFUSAL) as address:
        unread, read = asyncio.run(go(address))
        with library.Client() as client, client.stream("GET", address) as answer, pytest.raises(ApiError) as sync:
            raise_for_api_error(answer)
        with requests.get(address, stream=True, timeout=5) as answer, pytest.raises(ApiError) as of_requests:
            raise_for_api_error(answer)
    assert (unread.status, unread.type) == (429, "unspecified")
    assert [one.type for one in (read, sync.value, of_requests.value)] == ["rateLimited"] * 3


def test_an_answer_of_aiohttp_may_be_read_before_or_not() -> None:
    """Either way the message is there; out of its block it is lost, and the status is not."""

    async def go(address: str, *, before: bool, outside: bool) -> None:
        async with aiohttp.ClientSession() as session, session.get(address) as answer:
            if before:
                await answer.read()
            if not outside:
                await raise_for_api_error_async(answer)
        await raise_for_api_error_async(answer)

    with serve(lambda _: REFUSAL) as address:
        for before, outside, kind in ((True, False, "rateLimited"), (False, False, "rateLimited"), (False, True, "")):
            with pytest.raises(ApiError, match=f"429 {kind}"):
                asyncio.run(go(address, before=before, outside=outside))


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"message": "a\r\nlevel=error forged\x1b[31m", "type": "b\nc"}, "400 b c: a level=error forged [31m"),
        ({"message": "m" * 5000, "type": "t" * 500}, f"400 {'t' * 100}: {'m' * 1000}"),
        ({"message": 3, "type": {}}, "400 unspecified: The answer does not say why."),
        (
            {"error": "invalid_request", "error_description": "token is missing"},
            "400 invalid_request: token is missing",
        ),
        ({"message": "Das Netz gehört dir nicht", "type": "x"}, "400 x: Das Netz gehört dir nicht"),
    ],
)
def test_what_is_said_stays_one_line(said: dict[str, Any], shown: str) -> None:
    """A log holds the exception's text: no line break, no escape sequence, no megabyte of a stranger's."""
    error = read_api_error(400, {}, json.dumps(said).encode(), url="https://api.example.com/x")
    assert str(error) == shown


@pytest.mark.parametrize(
    ("request_id", "explanation"),
    [
        (ID, f"https://api.example.com:8443/_frontdesk/decisions/{ID}"),
        (ID.upper(), None),
        ("../admin", None),
        (f"{ID}?x", None),
        ("req_12345", None),
    ],
)
def test_only_an_id_of_frontdesks_form_is_explained(request_id: str, explanation: str | None) -> None:
    """Another API's id leads nowhere, and nobody's id builds an address of its own; names and passwords stay out."""
    url = "https://user:password@api.example.com:8443/resources/v1?q=1"
    error = read_api_error(403, {"x-request-id": request_id}, b"{}", url=url)
    assert (error.request_id, error.explanation) == (request_id, explanation)
