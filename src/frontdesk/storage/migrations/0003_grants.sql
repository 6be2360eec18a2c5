-- What users let clients do: connections, codes waiting for their exchange, grants.

-- What the last consent page offered and was given. networks_*: 16 bytes each, one after the other.
CREATE TABLE connections (
    user_id BLOB NOT NULL REFERENCES users (id),
    client_id TEXT NOT NULL REFERENCES clients (id),
    redirect_uri TEXT NOT NULL,
    scopes_given TEXT NOT NULL,
    networks_offered BLOB NOT NULL,
    networks_given BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    consented_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, client_id)
) WITHOUT ROWID, STRICT;

-- A code is pending while it has neither a grant nor an end. networks: as in connections.
CREATE TABLE codes (
    id BLOB NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL,
    client_id TEXT NOT NULL REFERENCES clients (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    redirect_uri TEXT NOT NULL,
    scopes_asked TEXT NOT NULL,
    scopes_given TEXT NOT NULL,
    networks BLOB NOT NULL,
    code_challenge TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    grant_id BLOB,
    voided_at INTEGER,
    wrong_verifiers INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID, STRICT;

CREATE INDEX codes_pending ON codes (user_id, client_id, expires_at) WHERE grant_id IS NULL AND voided_at IS NULL;
CREATE INDEX codes_lapsing ON codes (expires_at) WHERE grant_id IS NULL AND voided_at IS NULL;

-- edges: 24 bytes each, a network's id and the time it was dropped (big-endian microseconds, 0: live). They lie in
-- the row, because a check reads them all together and an exchange then writes one row in place of one a network.
-- used_at: the last use, or the making of one that was never used; it decides which of too many goes.
CREATE TABLE grants (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    client_id TEXT NOT NULL REFERENCES clients (id),
    stamp INTEGER NOT NULL,
    scopes_asked TEXT NOT NULL,
    scopes_given TEXT NOT NULL,
    edges BLOB NOT NULL,
    refresh_digest BLOB NOT NULL,
    code_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    used_at INTEGER NOT NULL,
    revoked_at INTEGER
) WITHOUT ROWID, STRICT;

-- It holds revoked_at (always NULL in it) so that a look at the live grants needs no look at the rows.
CREATE INDEX grants_live ON grants (user_id, client_id, used_at, id, revoked_at) WHERE revoked_at IS NULL;
CREATE INDEX grants_ended ON grants (revoked_at) WHERE revoked_at IS NOT NULL;

-- Every column but last_used_at and used_at: a use is no change that a cache must learn of.
CREATE TRIGGER grants_changed
AFTER UPDATE OF id, user_id, client_id, stamp, scopes_asked, scopes_given, edges, refresh_digest, code_id, revoked_at
ON grants BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('grant', OLD.id);
END;
CREATE TRIGGER grants_gone AFTER DELETE ON grants WHEN OLD.revoked_at IS NULL BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('grant', OLD.id);
END;

-- A connection is known by its user's 16 bytes and its client's id, one after the other.
CREATE TRIGGER connections_changed AFTER UPDATE ON connections BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('connection', CAST(OLD.user_id || OLD.client_id AS BLOB));
END;
CREATE TRIGGER connections_gone AFTER DELETE ON connections BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('connection', CAST(OLD.user_id || OLD.client_id AS BLOB));
END;
