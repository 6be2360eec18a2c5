"""What `import frontdesk_client` offers, and what it costs."""

import subprocess
import sys

import frontdesk_client
from frontdesk_client import errors


def test_every_public_name_is_there_and_nothing_else() -> None:
    """Each is imported from where it lives when it is first used; every error is among them."""
    for name in frontdesk_client.__all__:
        assert getattr(frontdesk_client, name).__name__ == name
    raised = {name for name, found in vars(errors).items() if isinstance(found, type)}
    assert raised <= set(frontdesk_client.__all__)
    assert not hasattr(frontdesk_client, "nothing")


def test_importing_it_loads_no_http_client() -> None:
    """The command line's help, and an app that only reads tokens, do not wait for one."""
    script = "import sys, frontdesk_client.cli.main as m; m.read_words; print([n for n in sys.modules if 'http' in n])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
