"""What every test may ask for: servers, people, partners, and what must be installed for them."""

pytest_plugins = ["canaries", "order", "sdk.fixtures", "servers.fixtures", "stories.fixtures"]
