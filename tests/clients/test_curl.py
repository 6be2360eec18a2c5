"""The customer's side is one line of curl."""

import subprocess

from servers.needs import need
from servers.partner import Town


def curl(*words: str) -> int:
    """The status that curl saw."""
    command = [need("curl"), "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", *words]
    return int(subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout)


def test_curl_with_a_basic_pair_opens_its_network_only(town: Town) -> None:
    """`curl -u id:secret` needs no network header, may name its own network, and gets 403 for any other."""
    mine, other = town.places[0], town.places[1]
    pair = ("-u", f"{mine.client_id}:{mine.client_secret}")
    resources = f"{town.house.url}/resources/v1"
    assert curl(*pair, resources) == 200
    assert curl(*pair, "-H", f"spacebring-network-id: {mine.id}", resources) == 200
    assert curl(*pair, "-H", f"spacebring-network-id: {other.id}", resources) == 403
    assert curl("-u", f"{mine.client_id}:{other.client_secret}", resources) == 401
    assert curl(resources) == 401
