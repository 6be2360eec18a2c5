"""Holds a whole Frontdesk in a test: told time, actors with verbs; and for integrators' tests a fake authority.

>>> from frontdesk.testing import FakeAuthority
>>> with FakeAuthority() as authority:
...     authority.connect().scope
'locations resources'

With pytest the fixtures `authority` and `listening_authority` are there by themselves (docs/testing.md).
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from frontdesk.testing.authority import FakeAuthority
    from frontdesk.testing.issued import App, Connection, Network, Seen

__all__ = ["App", "Connection", "FakeAuthority", "Network", "Seen"]


def __getattr__(name: str) -> Any:
    """Import on demand: pytest imports this package in every run, and most have no use for an authority."""
    if name == "FakeAuthority":
        from frontdesk.testing.authority import FakeAuthority

        return FakeAuthority
    if name in __all__:
        from frontdesk.testing import issued

        return getattr(issued, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
