"""The side of the gateway that faces the API: connections, their pool, and how many calls may be under way."""
