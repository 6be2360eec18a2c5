"""Walks one request: load, decide, save. No HTTP, no SQL."""
