"""`frontdesk doctor --attack`: the public bypasses of gateways, tried on a set-up of one's own."""
