-- Several Basic pairs a network, named and narrowed; an old pair beside its successor; how often each is used.

-- The table is made anew: one row a pair, not one a network. The trigger that names it would forbid that.
DROP TRIGGER networks_suspended;

-- name: the owner's word; empty: the network's main pair. operations, addresses: one a line, empty: all.
-- retires_at, replaced_by: another pair is in its place, and this one goes on beside it for so long.
CREATE TABLE pairs (
    client_id TEXT NOT NULL PRIMARY KEY,
    network_id BLOB NOT NULL REFERENCES networks (id),
    version INTEGER NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    last_four TEXT NOT NULL,
    secret_digest BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    last_used_from TEXT,
    sealed_secret TEXT,
    foreign_secret TEXT,
    revealed_at INTEGER,
    read_only INTEGER NOT NULL DEFAULT 0 CHECK (read_only IN (0, 1)),
    operations TEXT NOT NULL DEFAULT '',
    addresses TEXT NOT NULL DEFAULT '',
    expires_at INTEGER,
    retires_at INTEGER,
    replaced_by TEXT
) WITHOUT ROWID, STRICT;

INSERT INTO pairs (client_id, network_id, version, last_four, secret_digest, created_at, last_used_at, sealed_secret,
    foreign_secret, revealed_at)
SELECT client_id, network_id, version, last_four, secret_digest, created_at, last_used_at, sealed_secret,
    foreign_secret, revealed_at
FROM credentials;

DROP TABLE credentials;
ALTER TABLE pairs RENAME TO credentials;

CREATE UNIQUE INDEX credentials_by_network ON credentials (network_id, version);
-- One pair of each name is in force, the main one's among them.
CREATE UNIQUE INDEX credentials_in_force ON credentials (network_id, name) WHERE retires_at IS NULL;
CREATE INDEX credentials_retiring ON credentials (retires_at) WHERE retires_at IS NOT NULL;

CREATE TRIGGER credentials_changed
AFTER UPDATE OF network_id, client_id, version, secret_digest, name, read_only, operations, addresses, expires_at,
    retires_at ON credentials BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('credential', CAST(OLD.client_id AS BLOB));
END;
CREATE TRIGGER credentials_gone AFTER DELETE ON credentials BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('credential', CAST(OLD.client_id AS BLOB));
END;
CREATE TRIGGER networks_suspended AFTER UPDATE OF suspended_at ON networks BEGIN
    INSERT INTO change_log (kind, subject)
    SELECT 'credential', CAST(client_id AS BLOB) FROM credentials WHERE network_id = OLD.id;
END;

-- How many calls of a day were let in with each pair, for its owner to see.
CREATE TABLE credential_calls (
    client_id TEXT NOT NULL,
    day INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (client_id, day)
) WITHOUT ROWID, STRICT;

CREATE INDEX credential_calls_by_day ON credential_calls (day);
