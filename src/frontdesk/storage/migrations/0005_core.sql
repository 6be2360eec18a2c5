-- Strict and native apps, rotation, sealed and imported secrets, an app's own tokens, resource servers, suspensions.

-- native: a loopback redirect URI matches on any port. own_scopes: what the app may do without a user.
-- foreign_secret: a hash made elsewhere, until the secret's first right use replaces it by our digest.
ALTER TABLE clients ADD COLUMN native INTEGER NOT NULL DEFAULT 0 CHECK (native IN (0, 1));
ALTER TABLE clients ADD COLUMN own_scopes TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN foreign_secret TEXT;

-- sealed_secret: encrypted under a key that is kept outside the database; NULL where it was never kept or is forgotten.
ALTER TABLE credentials ADD COLUMN sealed_secret TEXT;
ALTER TABLE credentials ADD COLUMN foreign_secret TEXT;
-- revealed_at: when the secret was last shown to its owner; each time its page is made it may be shown once.
ALTER TABLE credentials ADD COLUMN revealed_at INTEGER;

-- generation: how often the refresh token was replaced. first_digest: what the very first one is known by, once it is
-- replaced; every later one is known by its key and number.
ALTER TABLE grants ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE grants ADD COLUMN first_digest BLOB;

-- Taken out of service by whoever keeps the list elsewhere; undone without a trace.
-- memberships.suspended: 1 the role, 2 its network, 3 both; 0 counts.
ALTER TABLE networks ADD COLUMN suspended_at INTEGER;
ALTER TABLE users ADD COLUMN suspended_at INTEGER;
-- A pair is in force while its network is.
CREATE TRIGGER networks_suspended AFTER UPDATE OF suspended_at ON networks BEGIN
    INSERT INTO change_log (kind, subject)
    SELECT 'credential', CAST(client_id AS BLOB) FROM credentials WHERE network_id = OLD.id;
END;
ALTER TABLE memberships ADD COLUMN suspended INTEGER NOT NULL DEFAULT 0 CHECK (suspended BETWEEN 0 AND 3);

-- Refresh tokens that were issued elsewhere, by the digest of what they look like.
CREATE TABLE foreign_tokens (
    digest BLOB NOT NULL PRIMARY KEY,
    grant_id BLOB NOT NULL
) WITHOUT ROWID, STRICT;

CREATE INDEX foreign_tokens_by_grant ON foreign_tokens (grant_id);

CREATE TRIGGER foreign_tokens_of_gone AFTER DELETE ON grants BEGIN
    DELETE FROM foreign_tokens WHERE grant_id = OLD.id;
END;

-- That there is none is remembered, so that other texts cost no look: the first row and the last one name themselves.
CREATE TRIGGER foreign_tokens_begun AFTER INSERT ON foreign_tokens
WHEN (SELECT count(*) FROM (SELECT 1 FROM foreign_tokens LIMIT 2)) = 1 BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('fact', CAST('foreign_tokens' AS BLOB));
END;
CREATE TRIGGER foreign_tokens_ended AFTER DELETE ON foreign_tokens
WHEN NOT EXISTS (SELECT 1 FROM foreign_tokens) BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('fact', CAST('foreign_tokens' AS BLOB));
END;

-- An app's own tokens (client credentials) point here: one row an app, replaced when they are revoked.
CREATE TABLE own_grants (
    id BLOB NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id),
    stamp INTEGER NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE UNIQUE INDEX own_grants_by_client ON own_grants (client_id);

CREATE TRIGGER own_grants_changed AFTER UPDATE ON own_grants BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('own_grant', OLD.id);
END;
CREATE TRIGGER own_grants_gone AFTER DELETE ON own_grants BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('own_grant', OLD.id);
END;

-- APIs of the provider that may ask what a token is worth (RFC 7662).
CREATE TABLE resource_servers (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    secret_digest BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
) WITHOUT ROWID, STRICT;

CREATE TRIGGER resource_servers_changed AFTER UPDATE ON resource_servers BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('resource_server', CAST(OLD.id AS BLOB));
END;
CREATE TRIGGER resource_servers_gone AFTER DELETE ON resource_servers BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('resource_server', CAST(OLD.id AS BLOB));
END;

-- Which weak forms of the protocol each app still uses.
CREATE TABLE weak_forms (
    client_id TEXT NOT NULL,
    form TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    uses INTEGER NOT NULL,
    PRIMARY KEY (client_id, form)
) WITHOUT ROWID, STRICT;

-- Codes that lapsed are few among the pending ones: looking through those costs less than a second index on each code.
DROP INDEX codes_lapsing;
