-- What owners see of their networks.

-- When an owner took a connection over from somebody who left; created_at stays when the app was connected.
ALTER TABLE grants ADD COLUMN adopted_at INTEGER;

-- When a pair was last used from an address that it is not narrowed to, as far as its owner was told.
ALTER TABLE credentials ADD COLUMN warned_at INTEGER;
