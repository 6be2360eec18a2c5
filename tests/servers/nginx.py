"""A real nginx before the echo API, asking the house about every call: the recipe that operators are given."""

import socket
from pathlib import Path

from servers.house import House
from servers.needs import need
from servers.processes import Running, clean_environment, free_port, new_folder, ordinary_user, wait_until

IDENTITY = ("Subject", "Network", "Client", "Scheme", "Scopes", "Role")

CONFIG = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream frontdesk {{ server 127.0.0.1:{desk}; keepalive 8; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      auth_request /check;
      auth_request_set $refusal $upstream_http_x_frontdesk_refusal;
      auth_request_set $request_name $upstream_http_x_request_id;
      auth_request_set $network $upstream_http_spacebring_network_id;
{taken}
      error_page 401 403 500 = @refused;
      proxy_pass {api};
      proxy_set_header Authorization "";
      proxy_set_header Cookie "";
      proxy_set_header X-Request-Id $request_name;
      proxy_set_header spacebring-network-id $network;
{told}
    }}
    location = /check {{
      internal;
      proxy_pass http://frontdesk/_frontdesk/check;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Original-URI $request_uri;
    }}
    location @refused {{
      rewrite ^ /_frontdesk/refusal break;
      proxy_pass http://frontdesk;
      proxy_method GET;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header X-Frontdesk-Refusal $refusal;
    }}
  }}
}}
"""


class Nginx:
    """One nginx with a worker; `port` is where callers reach the API."""

    def __init__(self, house: House) -> None:
        self.folder: Path = new_folder("nginx")
        self.port = free_port()
        variables = [(name, f"$identity_{name.lower()}") for name in IDENTITY]
        text = CONFIG.format(
            folder=self.folder,
            desk=house.port,
            port=self.port,
            api=house.upstream,
            taken="\n".join(
                f"      auth_request_set {v} $upstream_http_x_frontdesk_{n.lower()};" for n, v in variables
            ),
            told="\n".join(f"      proxy_set_header X-Frontdesk-{n} {v};" for n, v in variables),
        )
        config = self.folder / "nginx.conf"
        config.write_text(text)
        self._running = Running(
            [need("nginx"), "-p", str(self.folder), "-c", str(config), "-e", "stderr"],
            log=self.folder / "nginx.log",
            environment=clean_environment({}),
            prefix=ordinary_user(),
        )
        wait_until(self._answers, seconds=10, what="nginx")

    def _answers(self) -> bool:
        if self._running.process.poll() is not None:
            raise RuntimeError(f"nginx ended:\n{self._running.words()}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """End it."""
        self._running.kill()
