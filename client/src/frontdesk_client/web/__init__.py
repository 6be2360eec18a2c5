"""Connecting from the pages of an app: one module for each framework, imported by whoever has it."""
