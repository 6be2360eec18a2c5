"""RV-16 at each proxy: a token in the query of a revocation stands in no log, nor does a credential."""

import time

from proxies.conftest import Guarded
from servers.processes import wait_until


def test_no_token_reaches_a_proxys_log(guarded: Guarded) -> None:
    """The access log has the path; neither the query with the token, nor Authorization, nor what was refused."""
    token = "fdrt_" + "x" * 60
    assert guarded.wire().ask("POST", f"/oauth2/revoke?token={token}").status == 200
    assert guarded.wire().ask("GET", f"/resources/v1?access_token={token}").status == 400
    astray = {"X-Access-Token": guarded.tokens.access, "Referer": f"https://x.example/?token={token}"}
    assert guarded.wire().ask("GET", "/resources/v1/log", guarded.bearer | astray).status == 200

    def log() -> str:
        files = [file.read_text(errors="replace") for file in guarded.proxy.folder.glob("*.log")]
        return "".join(files)

    wait_until(lambda: "/resources/v1/log" in log(), seconds=20, what="the log")
    time.sleep(0.2)
    assert "/oauth2/revoke" in log()
    assert token not in log()
    assert guarded.tokens.access not in log()
