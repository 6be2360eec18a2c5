"""Reading the databases of other authorization servers: django-oauth-toolkit, Doorkeeper, Ory Hydra."""
