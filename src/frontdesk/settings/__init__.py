"""Every knob, and how it is read: flag before environment before file before default."""

from frontdesk.settings.record import Settings

__all__ = ["Settings"]
