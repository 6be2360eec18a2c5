"""The integrator's side of a multi-tenant API: credentials that any HTTP client can carry."""
