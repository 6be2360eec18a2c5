"""Remembers. Verbs are atomic by contract; time is passed in."""
