"""What a person types: `frontdesk-client`. Modules of commands are imported when they are asked for."""
