"""A real nginx before an API, as operators are told to run it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from servers.front_proxy import FrontProxy
from servers.needs import need

# What stands around the file that the command prints. One process: a worker would outlive a killed master.
MAIN = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/frontdesk.conf;
}}
"""


def start(frontdesk: int | Path, upstream: int, **wishes: Any) -> FrontProxy:
    """Start one and wait until it listens."""
    return FrontProxy("nginx", frontdesk, upstream, write=_write, **wishes)


def _write(folder: Path, ask: Callable[..., str]) -> Sequence[str]:
    (folder / "frontdesk.conf").write_text(ask("--access-log", str(folder / "access.log")))
    config = folder / "nginx.conf"
    config.write_text(MAIN.format(folder=folder))
    return [need("nginx"), "-p", str(folder), "-c", str(config), "-e", "stderr"]
