"""What every test may ask for: servers, people, partners, and what must be installed for them."""

pytest_plugins = ["canaries", "order", "servers.fixtures", "stories.fixtures"]
