-- unlinked_at: when its person said that it signs them in no more; kept, so that the next visit there does not undo it.
ALTER TABLE identities ADD COLUMN unlinked_at INTEGER;
