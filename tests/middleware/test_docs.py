"""docs/in-process.md: what it shows is run, on a data folder of this test's."""

import asyncio
import io
import re
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from frontdesk.middleware import FrontdeskMiddleware, FrontdeskWsgiMiddleware, LocalDesk
from middleware.guarded import API
from middleware.test_wsgi import an_environ
from middleware.town import Ears, Folder, make_folder

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "in-process.md").read_text()
BLOCKS = {block.splitlines()[0]: block for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A data folder with a network in it."""
    return asyncio.run(make_folder(tmp_path / "data"))


def run_block(first_line: str, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that a block leaves behind; its folder and document are this test's."""
    text = BLOCKS[first_line].replace('"frontdesk-data"', repr(str(folder.data))).replace('"api.yaml"', repr(str(API)))
    monkeypatch.setenv("FRONTDESK_DATA", str(folder.data))
    monkeypatch.setenv("FRONTDESK_OPENAPI", str(API))
    monkeypatch.chdir(folder.data.parent)
    names: dict[str, Any] = {"__name__": "shown"}
    exec(compile(text, first_line, "exec"), names)
    return names


def test_every_block_is_run_here() -> None:
    """One for each framework."""
    assert set(BLOCKS) == {
        "from fastapi import FastAPI, Request",
        "from flask import Flask, request",
        "from django.core.wsgi import get_wsgi_application",
    }


def test_fastapi(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The route answers with who calls; what the document does not list is 404, /healthz is the app's."""
    names = run_block("from fastapi import FastAPI, Request", folder, monkeypatch)
    app, desk = names["app"], names["desk"]
    ears = Ears()

    async def play() -> list[int]:
        # https, as public_url says: by the server's own word here.
        allowed = (b"authorization", folder.authorization)
        statuses = [
            await ears.calls(app, "/resources/v1", allowed, scheme="https"),
            await ears.calls(app, "/resources/v1", scheme="https"),
            await ears.calls(app, "/docs", allowed, scheme="https"),
        ]
        await desk.aclose()
        return statuses

    assert asyncio.run(play()) == [200, 401, 404]


def test_flask(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its remote desk is away in this test: nobody passes but to the exempt path, which Flask does not have."""
    app = run_block("from flask import Flask, request", folder, monkeypatch)["app"]
    assert isinstance(app.wsgi_app, FrontdeskWsgiMiddleware)
    assert status_of(app, an_environ(HTTP_AUTHORIZATION=folder.authorization.decode(), **IO)) == 503
    assert status_of(app, an_environ("/healthz", **IO)) == 404
    app.wsgi_app.close()


def test_django(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """By settings from the environment, as `frontdesk serve` reads them."""
    from django.conf import settings
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    def resources(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.environ["frontdesk.caller"].network_id)  # type: ignore[attr-defined]

    module = types.ModuleType("shown_urls")
    module.urlpatterns = [path("resources/v1", resources)]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "shown_urls", module)
    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], SECRET_KEY="x" * 50, MIDDLEWARE=[])
    monkeypatch.setattr(settings, "ROOT_URLCONF", "shown_urls", raising=False)
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["*"], raising=False)
    application = run_block("from django.core.wsgi import get_wsgi_application", folder, monkeypatch)["application"]
    assert status_of(application, an_environ(HTTP_AUTHORIZATION=folder.authorization.decode(), **IO)) == 200
    assert status_of(application, an_environ(**IO)) == 401
    application.close()


IO: dict[str, Any] = {
    "SERVER_NAME": "api.example",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "wsgi.input": io.BytesIO(),
    "wsgi.errors": sys.stderr,
}


def status_of(app: Callable[..., Any], environ: dict[str, Any]) -> int:
    """One call's."""
    started: list[str] = []
    b"".join(app(environ, lambda status, headers, *_: started.append(status)))
    return int(started[0].split()[0])


@pytest.mark.parametrize("shown", [FrontdeskMiddleware, FrontdeskWsgiMiddleware, LocalDesk])
def test_the_examples_in_the_code_run(shown: Any, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each docstring's `>>>` lines."""
    import doctest

    text = shown.__doc__.replace('"frontdesk-data"', repr(str(folder.data))).replace('"api.yaml"', repr(str(API)))
    example = doctest.DocTestParser().get_doctest(text, vars(sys.modules[shown.__module__]).copy(), "shown", None, 0)
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0
