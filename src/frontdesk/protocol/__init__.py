"""Decides, purely: records and `now` in, a decision out. Standard library only."""
