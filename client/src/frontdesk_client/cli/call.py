"""`frontdesk-client call METHOD PATH`: one call to the API, its answer as it came."""

import argparse
import sys
from pathlib import Path

import httpx2

from frontdesk_client.cli.cabinet import Cabinet
from frontdesk_client.cli.opening import ask, open_credentials
from frontdesk_client.cli.speech import EXIT_USAGE, Refused, print_json
from frontdesk_client.manners import raise_for_api_error

_OURS = frozenset({"authorization", "host", "content-length"})


def run(options: argparse.Namespace) -> None:
    """Call, print, and end with 1 where the API refused."""
    path = options.path
    if not path.startswith("/") or path.startswith("//"):
        raise Refused("PATH begins with one slash", "the profile says which server is called", code=EXIT_USAGE)
    headers, body = _read_headers(options.header), _read_body(options.data)
    cabinet = Cabinet()
    profile = cabinet.get(options.profile)
    if body is not None and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = "application/json"
    credentials = open_credentials(cabinet, profile, network=options.network)
    response = ask(profile, credentials, options.method.upper(), path, headers=headers, body=body)
    _show(options, response)
    raise_for_api_error(response)


def _show(options: argparse.Namespace, response: httpx2.Response) -> None:
    if options.json:
        print_json({"status": response.status_code, "headers": dict(response.headers), "body": _read(response)})
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(response.content)
    if sys.stdout.isatty() and response.content and not response.content.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")


def _read(response: httpx2.Response) -> object:
    try:
        return response.json()
    except ValueError:
        return response.text


def _read_headers(typed: list[str]) -> dict[str, str]:
    headers = {}
    for line in typed:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise Refused("a header is written 'NAME: VALUE'", "--header 'Accept: text/csv'", code=EXIT_USAGE)
        if name.strip().lower() in _OURS:
            raise Refused(f"{name.strip()} is set by the profile", "leave it out", code=EXIT_USAGE)
        headers[name.strip()] = value.strip()
    return headers


def _read_body(typed: str | None) -> bytes | None:
    if typed is None:
        return None
    if typed == "-":
        return sys.stdin.buffer.read()
    if not typed.startswith("@"):
        return typed.encode()
    try:
        return Path(typed[1:]).read_bytes()
    except OSError as error:
        raise Refused(f"{typed[1:]} cannot be read: {error.strerror}", "--data @FILE") from None
