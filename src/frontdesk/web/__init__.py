"""Speaks HTTP to people and partners: request -> record -> flow -> answer."""
