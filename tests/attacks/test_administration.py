"""The administration's own listener (row AD-02), on real sockets."""

import http.client
from collections.abc import Iterator

import pytest

from frontdesk.settings import Settings
from servers.house import House
from servers.processes import free_port

PATHS = ("/admin/v1/networks", "/admin/v1/openapi.json", "/admin/", "/admin/swagger-ui.css")
OURS = ("/sign-in", "/account", "/oauth2/token", "/.well-known/jwks.json", "/_frontdesk/check", "/livez", "/version")


@pytest.fixture(scope="module")
def office() -> Iterator[House]:
    """Two workers with an administration."""
    house = House(upstream="http://127.0.0.1:9", workers=2, admin_port=str(free_port()))
    try:
        house.start()
        house.admin_key = house.admin("admin-key", "add", "office")["value"]
        yield house
    finally:
        house.leave()


def get(house: House, port: int, path: str, *, host: str = "127.0.0.1") -> int:
    """The status of one GET with the key."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path, headers={"authorization": f"Bearer {house.admin_key}"})
        return connection.getresponse().status
    finally:
        connection.close()


def test_ad_02_only_this_machine_reaches_it_unless_somebody_says_so(office: House) -> None:
    """The default, and what the kernel says of the socket."""
    assert Settings().admin_host == "127.0.0.1"
    assert Settings().admin_port is None
    wanted = f":{int(office.settings['admin_port']):04X}"
    with open("/proc/net/tcp") as table:
        bound = [line.split()[1] for line in table if line.split()[3] == "0A" and line.split()[1].endswith(wanted)]
    assert bound == [f"0100007F{wanted}"]
    with pytest.raises(OSError, match="refused"):
        get(office, int(office.settings["admin_port"]), "/admin/", host="127.0.0.2")


def test_ad_02_what_stands_at_one_door_is_not_at_the_other(office: House) -> None:
    """Right key or not; every worker serves the administration."""
    admin_port = int(office.settings["admin_port"])
    for path in PATHS:
        assert get(office, admin_port, path) == 200, path
        assert get(office, office.port, path) in (401, 404), path
    for path in OURS:
        assert get(office, admin_port, path) == 404, path
    assert {get(office, admin_port, "/admin/v1/networks") for _ in range(20)} == {200}


def test_ad_02_a_revoked_key_is_refused_by_every_worker_at_once(office: House) -> None:
    """Beside the running server, from the very next call on."""
    kept, made = office.admin_key, office.admin("admin-key", "add", "second")
    office.admin_key = made["value"]
    admin_port = int(office.settings["admin_port"])
    assert get(office, admin_port, "/admin/v1/networks") == 200
    office.admin("admin-key", "revoke", made["admin_key"]["id"])
    assert {get(office, admin_port, "/admin/v1/networks") for _ in range(20)} == {401}
    office.admin_key = kept


def test_the_last_answer_is_given_before_the_worker_ends(office: House) -> None:
    """SIGTERM ends both doors, and leaves nothing behind."""
    assert office.stop() == 0
    with pytest.raises(OSError, match="refused"):
        get(office, int(office.settings["admin_port"]), "/admin/")
