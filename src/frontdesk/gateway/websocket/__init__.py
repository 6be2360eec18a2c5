"""WebSockets through the gateway: judged at the handshake, passed on frame by frame, closed with their credential."""
