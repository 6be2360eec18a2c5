"""The same credentials in each HTTP client's own form."""
