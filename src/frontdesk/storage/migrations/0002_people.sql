-- Networks with their Basic pairs, users with their roles, and the partners' apps.

CREATE TABLE networks (
    id BLOB NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE users (
    id BLOB NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    blocked_at INTEGER
) WITHOUT ROWID, STRICT;

CREATE UNIQUE INDEX users_by_email ON users (email);

CREATE TABLE memberships (
    user_id BLOB NOT NULL REFERENCES users (id),
    network_id BLOB NOT NULL REFERENCES networks (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'administrator', 'member')),
    PRIMARY KEY (user_id, network_id)
) WITHOUT ROWID, STRICT;

CREATE INDEX memberships_by_network ON memberships (network_id, user_id);
CREATE UNIQUE INDEX memberships_one_owner ON memberships (network_id) WHERE role = 'owner';

-- One Basic pair a network: regenerating replaces the row's content, so an old pair cannot be found.
CREATE TABLE credentials (
    network_id BLOB NOT NULL PRIMARY KEY REFERENCES networks (id),
    client_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    last_four TEXT NOT NULL,
    secret_digest BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
) WITHOUT ROWID, STRICT;

CREATE UNIQUE INDEX credentials_by_client ON credentials (client_id);

-- redirect_uris: one a line. scopes: separated by spaces. Without a secret: a public client.
CREATE TABLE clients (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    scopes TEXT NOT NULL,
    secret_digest BLOB,
    profile TEXT NOT NULL CHECK (profile IN ('compat', 'strict')),
    require_pkce INTEGER NOT NULL CHECK (require_pkce IN (0, 1)),
    created_at INTEGER NOT NULL,
    disabled_at INTEGER,
    secret_changed_at INTEGER
) WITHOUT ROWID, STRICT;

-- Whatever a cache may hold names itself when it changes. New rows need no entry: absence is never cached.
CREATE TRIGGER networks_changed AFTER UPDATE ON networks BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('network', OLD.id);
END;
CREATE TRIGGER users_changed AFTER UPDATE ON users BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('user', OLD.id);
END;
CREATE TRIGGER memberships_given AFTER INSERT ON memberships BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('user', NEW.user_id);
END;
CREATE TRIGGER memberships_changed AFTER UPDATE ON memberships BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('user', OLD.user_id);
END;
CREATE TRIGGER memberships_taken AFTER DELETE ON memberships BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('user', OLD.user_id);
END;
CREATE TRIGGER credentials_changed AFTER UPDATE OF network_id, client_id, version, secret_digest ON credentials BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('credential', CAST(OLD.client_id AS BLOB));
END;
CREATE TRIGGER clients_changed AFTER UPDATE ON clients BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('client', CAST(OLD.id AS BLOB));
END;
CREATE TRIGGER networks_gone AFTER DELETE ON networks BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('network', OLD.id);
END;
CREATE TRIGGER users_gone AFTER DELETE ON users BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('user', OLD.id);
END;
CREATE TRIGGER credentials_gone AFTER DELETE ON credentials BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('credential', CAST(OLD.client_id AS BLOB));
END;
CREATE TRIGGER clients_gone AFTER DELETE ON clients BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('client', CAST(OLD.id AS BLOB));
END;
