"""What `frontdesk dev` shows: a small coworking API, a partner's app that connects to it, and a mailbox."""
