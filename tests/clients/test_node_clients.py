"""Node's OAuth libraries complete connect, refresh and revoke with only their documented switches for plain http."""

import json
import os
import subprocess

import pytest

from clients.walk import ClientSteps, walk
from servers.needs import NODE_CLIENTS, need
from servers.partner import SCOPES, App, Town


def run_node(script: str, app: App, way: str) -> ClientSteps:
    """A script of tests/clients/node as steps: each line it prints is one, each thing it is sent a line."""
    told = {
        "ISSUER": app.house.url,
        "CLIENT_ID": app.client_id,
        "CLIENT_SECRET": app.client_secret,
        "REDIRECT_URI": app.redirect_uri,
        "SCOPE": SCOPES,
        "WAY": way,
    }
    # Node before version 19 has Web Crypto only behind this flag.
    process = subprocess.Popen(
        [need("node"), *_web_crypto(), script],
        cwd=NODE_CLIENTS,
        env={"PATH": os.environ["PATH"], **told},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        while line := process.stdout.readline():
            answer = yield json.loads(line)
            if process.poll() is None:
                process.stdin.write(f"{answer or 'go on'}\n")
                process.stdin.flush()
        _, errors = process.communicate(timeout=10)
        raise AssertionError(f"{script} ended with {process.returncode}: {errors}")
    finally:
        process.kill()
        process.communicate()


def _web_crypto() -> list[str]:
    version = subprocess.run([need("node"), "--version"], capture_output=True, text=True, check=True).stdout
    return ["--experimental-global-webcrypto"] if int(version[1:].split(".")[0]) < 19 else []


@pytest.mark.parametrize("way", ["post", "basic"])
@pytest.mark.parametrize("script", ["openid-client.mjs", "simple-oauth2.mjs"])
def test_a_node_client_connects_refreshes_and_revokes(script: str, way: str, town: Town) -> None:
    """Proven in the form or by Basic; openid-client finds everything by RFC 8414 and checks `iss` (RFC 9207)."""
    need("node")
    walk(town, town.app, run_node(script, town.app, way))
