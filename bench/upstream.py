"""The API behind the gateway: nginx with a fixed answer, on the servers' core, so that it is part of the cost."""

import sys
from pathlib import Path

from floor import TEXT
from machine import HERE, Server
from nginx import find_nginx

sys.path.insert(0, str(HERE.parent / "tests"))
from servers.processes import clean_environment, free_port, ordinary_user

CONFIG = """
daemon off;
pid {folder}/api.pid;
error_log stderr warn;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; location / {{ default_type application/json; return 200 '{text}'; }} }}
}}
"""


def start_api(folder: Path) -> Server:
    """Start it and wait until it listens."""
    port = free_port()
    config = folder / "api.conf"
    config.write_text(CONFIG.format(folder=folder, port=port, text=TEXT.decode()))
    command = [find_nginx(), "-p", str(folder), "-c", str(config), "-e", "stderr"]
    return Server(command, port, folder / "api.log", clean_environment({}), list(ordinary_user()))
