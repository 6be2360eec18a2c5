"""Real client libraries call the API as their users do: it hears the same through each way in as without one."""

import asyncio
import hashlib
import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import httpx2
import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from clients.recorder import Heard
from clients.ways import WAYS, Scene, Way, open_scene, open_way
from servers.needs import NODE_CLIENTS, need

Said = list[Any]
Client = Callable[[str, dict[str, str]], Said]

QUERY = {"startDate[gte]": "2024-01-01T00:00:00.000Z", "startDate[lt]": "2024-02-01", "q": "two words+é", "empty": ""}
FILE = ("а.png", bytes([255]) * 70_000, "image/png")
# Of the connection, or put there by whoever stands in between.
NOT_THE_CALLERS = re.compile(
    r"host|connection|content-length|transfer-encoding|authorization|spacebring-network-id|x-frontdesk-.*|x-forwarded-.*"
    r"|x-request-id|x-real-ip|via|forwarded|x-envoy-.*|te|keep-alive"
)


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """One for all ways."""
    with open_scene(requests_per_second="10000") as scene:
        yield scene


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest, scene: Scene) -> Iterator[Way]:
    """Each way in turn."""
    with open_way(request.param, scene) as way:
        yield way


def digest(status: int, body: bytes, etag: str | None) -> list[Any]:
    """What is kept of an answer."""
    return [status, hashlib.sha256(body).hexdigest(), etag]


def by_requests(base: str, headers: dict[str, str]) -> Said:
    """requests, in a session."""
    with requests.Session() as session:
        session.headers.update(headers)
        said: Said = []

        def keep(answer: requests.Response) -> None:
            said.append(digest(answer.status_code, answer.content, answer.headers.get("etag")))

        keep(session.get(base + "/resources/v1", params=QUERY))
        token: str | None = ""
        while token is not None:
            page = session.get(base + "/resources/v1", params={"limit": 2, "nextPageToken": token or None}).json()
            said.append(page)
            token = page["nextPageToken"]
        keep(session.get(base + "/resources/v1/a b"))
        keep(session.post(base + "/resources/v1", json={"title": "Café"}))
        keep(session.put(base + "/resources/v1/r-1", data=bytes(range(256))))
        keep(session.post(base + "/resources/v1", files={"file": FILE}, data={"kind": "plan"}))
        keep(session.put(base + "/resources/v1/r-1", data=iter([b"in ", b"chunks"])))
        for name in ("tagged", "packed", "large", "wrong", "busy"):
            keep(session.get(f"{base}/resources/v1/{name}"))
        return said


def by_httpx2(base: str, headers: dict[str, str]) -> Said:
    """httpx2."""
    with httpx2.Client(base_url=base, headers=headers) as client:
        said: Said = []

        def keep(answer: httpx2.Response) -> None:
            said.append(digest(answer.status_code, answer.content, answer.headers.get("etag")))

        keep(client.get("/resources/v1", params=QUERY))
        token: str | None = ""
        while token is not None:
            query = {"limit": 2} | ({"nextPageToken": token} if token else {})
            page = client.get("/resources/v1", params=query).json()
            said.append(page)
            token = page["nextPageToken"]
        keep(client.get("/resources/v1/a b"))
        keep(client.post("/resources/v1", json={"title": "Café"}))
        keep(client.post("/resources/v1", files={"file": FILE}, data={"kind": "plan"}))
        keep(client.put("/resources/v1/r-1", content=iter([b"in ", b"chunks"])))
        for name in ("tagged", "packed", "large", "wrong", "busy"):
            keep(client.get(f"/resources/v1/{name}"))
        return said


def by_aiohttp(base: str, headers: dict[str, str]) -> Said:
    """aiohttp's client."""

    async def walk() -> Said:
        said: Said = []
        async with aiohttp.ClientSession(base, headers=headers) as session:

            async def keep(method: str, target: str, **more: Any) -> None:
                async with session.request(method, target, **more) as answer:
                    said.append(digest(answer.status, await answer.read(), answer.headers.get("etag")))

            await keep("GET", "/resources/v1", params=QUERY)
            await keep("GET", "/resources/v1", params=[("id", "1"), ("id", "2"), ("nextPageToken", "AAA+/=")])
            await keep("GET", "/resources/v1/a b")
            await keep("POST", "/resources/v1", json={"title": "Café"})
            form = aiohttp.FormData()
            form.add_field("file", FILE[1], filename=FILE[0], content_type=FILE[2])
            await keep("POST", "/resources/v1", data=form)
            for name in ("tagged", "packed", "large", "wrong", "busy"):
                await keep("GET", f"/resources/v1/{name}")
        return said

    return asyncio.run(walk())


def by_openapi_fetch(base: str, headers: dict[str, str]) -> Said:
    """openapi-fetch on Node's own fetch, as a client generated from the document is."""
    said: Said = run_openapi_fetch(base, headers)["said"]
    return said


def run_openapi_fetch(base: str, headers: dict[str, str], **more: str) -> dict[str, Any]:
    """The script's own words."""
    told = {"BASE": base, "AUTHORIZATION": headers["Authorization"]}
    told["NETWORK"] = headers.get("spacebring-network-id", "")
    done = subprocess.run(
        [need("node"), "openapi-fetch.mjs"],
        cwd=NODE_CLIENTS,
        env={"PATH": os.environ["PATH"], **told, **more},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


CLIENTS: dict[str, Client] = {
    "requests": by_requests,
    "httpx2": by_httpx2,
    "aiohttp": by_aiohttp,
    "openapi-fetch": by_openapi_fetch,
}


def as_sent(heard: Heard) -> dict[str, Any]:
    """A call less what is the connection's; the random boundary of a form taken out."""
    headers = [(name, value) for name, value in heard.headers if not NOT_THE_CALLERS.fullmatch(name)]
    boundary = re.search(r"boundary=\"?([^\";]+)", dict(headers).get("content-type", ""))
    body = heard.body
    if boundary is not None:
        body = body.replace(boundary[1].encode(), b"BOUNDARY")
        headers = [(name, value.replace(boundary[1], "BOUNDARY")) for name, value in headers]
    return {"method": heard.method, "target": heard.target, "headers": sorted(headers), "body": body}


@pytest.mark.parametrize("caller", ["customer", "partner"])
@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_library_is_heard_and_answered_as_without_a_gateway(
    scene: Scene, way: Way, name: str, caller: str
) -> None:
    """Everything that the library wrote arrives, and everything that it read is what the API gave."""
    headers = dict(scene.pair if caller == "customer" else scene.bearer)
    scene.recorder.take()
    expected_said = CLIENTS[name](scene.recorder.url, headers)
    expected = scene.recorder.take()
    way.take()
    said = CLIENTS[name](way.url, headers)
    heard = way.take()
    assert said == expected_said
    assert len(expected) >= 9
    assert [as_sent(one) for one in heard] == [as_sent(one) for one in expected]


def by_urllib3_retries(base: str, headers: dict[str, str], calls: int) -> None:
    """requests with urllib3's own way to wait: `Retry` reads Retry-After."""
    retries = Retry(total=5, status_forcelist=[429], respect_retry_after_header=True, backoff_factor=0)
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=retries))
        for call in range(calls):
            answer = session.get(f"{base}/resources/v1", params={"call": call}, headers=headers)
            assert answer.status_code == 200


def by_openapi_fetch_retries(base: str, headers: dict[str, str], calls: int) -> None:
    """openapi-fetch with a middleware that waits, as its users write it."""
    found = run_openapi_fetch(base, headers, BURST=str(calls))
    assert [status for status, *_ in found["said"]] == [200] * calls
    assert found["waited"] >= 1


@pytest.mark.parametrize("name", ["built-in proxy", "nginx", "asgi, local", "wsgi, remote"])
def test_clients_that_wait_as_retry_after_says_lose_no_call(name: str) -> None:
    """Faster than the contract's ten a second: each call arrives once, in order, none is given up."""
    with open_scene() as scene, open_way(name, scene) as way:
        for walk, credential in ((by_urllib3_retries, scene.pair), (by_openapi_fetch_retries, scene.bearer)):
            way.take()
            began = time.monotonic()
            walk(way.url, dict(credential), 25)
            assert [one.target for one in way.take()] == [f"/resources/v1?call={call}" for call in range(25)]
            assert time.monotonic() - began < 60
