"""nginx before the API, asking Frontdesk about each call, as `policy proxy-config nginx` prints it; on core 0."""

import subprocess
import sys
from pathlib import Path

from machine import HERE, Server
from nginx import find_nginx

sys.path.insert(0, str(HERE.parent / "tests"))
from servers.processes import BIN, clean_environment, free_port, ordinary_user

MAIN = """
daemon off;
pid {folder}/front.pid;
error_log stderr warn;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
  keepalive_requests 100000000;
  client_body_temp_path {folder}/front-body; proxy_temp_path {folder}/front-proxy;
  fastcgi_temp_path {folder}/front-fastcgi; uwsgi_temp_path {folder}/front-uwsgi; scgi_temp_path {folder}/front-scgi;
  include {folder}/frontdesk.conf;
}}
"""


def start_front(folder: Path, frontdesk: Server, api: Server) -> Server:
    """Start it; what Frontdesk and the API cost is part of what it costs. Its log is written and thrown away."""
    port = free_port()
    words = ["--public-url", f"http://127.0.0.1:{port}", "--frontdesk", f"127.0.0.1:{frontdesk.port}"]
    words += ["--upstream", f"127.0.0.1:{api.port}", "--access-log", "/dev/null"]
    printed = subprocess.run(
        [str(BIN / "frontdesk"), "policy", "proxy-config", "nginx", *words],
        check=True,
        capture_output=True,
        text=True,
        env=clean_environment({}),
    )
    (folder / "frontdesk.conf").write_text(printed.stdout)
    config = folder / "front.conf"
    config.write_text(MAIN.format(folder=folder))
    command = [find_nginx(), "-p", str(folder), "-c", str(config), "-e", "stderr"]
    server = Server(command, port, folder / "front.log", clean_environment({}), list(ordinary_user()))
    server.behind.append(frontdesk)
    return server
