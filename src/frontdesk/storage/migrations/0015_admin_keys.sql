-- What programs of the operator prove themselves with at the administration API.

-- Nobody keeps these in memory: each call reads the row, so that a revoked key is refused at once everywhere.
-- last_used_at: to the hour.
CREATE TABLE admin_keys (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    digest BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    read_only INTEGER NOT NULL CHECK (read_only IN (0, 1)),
    last_used_at INTEGER
) WITHOUT ROWID, STRICT;
