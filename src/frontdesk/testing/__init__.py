"""Holds a whole Frontdesk in a test: told time, actors with verbs."""
