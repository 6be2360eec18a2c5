-- read_only_first: what is connected from now on only reads there until an owner lets it write.
-- owner_passkey: its owner's pages ask for a sign-in by passkey.
ALTER TABLE network_rules ADD COLUMN read_only_first INTEGER NOT NULL DEFAULT 0 CHECK (read_only_first IN (0, 1));
ALTER TABLE network_rules ADD COLUMN owner_passkey INTEGER NOT NULL DEFAULT 0 CHECK (owner_passkey IN (0, 1));

CREATE INDEX network_rules_reading_first ON network_rules (network_id) WHERE read_only_first = 1;
