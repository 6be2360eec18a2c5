"""Stands before the API: nothing passes that the OpenAPI document does not name."""
