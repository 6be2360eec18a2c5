"""Configurations for the proxies that may stand in front, written from one layout; the test suite runs them."""

from frontdesk.gateway.proxy_config.layout import Layout, LayoutError, Place, read_listen, read_place
from frontdesk.gateway.proxy_config.rendering import KINDS, render

__all__ = ["KINDS", "Layout", "LayoutError", "Place", "read_listen", "read_place", "render"]
