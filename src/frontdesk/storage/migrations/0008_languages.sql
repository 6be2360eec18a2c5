-- The language that somebody chose to be spoken to in (RFC 5646); empty: none yet.
ALTER TABLE users ADD COLUMN language TEXT NOT NULL DEFAULT '';
