"""Frontdesk: the front desk of a multi-tenant API."""

__version__ = "0.1.0"
