-- Who runs the installation in the console, the link by which the first of them comes, and what they take out of service.

CREATE TABLE operators (
    user_id BLOB NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    since INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

-- A visitor that is remembered is remembered with it.
CREATE TRIGGER operators_made AFTER INSERT ON operators BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('user', NEW.user_id);
END;
CREATE TRIGGER operators_gone AFTER DELETE ON operators BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('user', OLD.user_id);
END;

-- One row at most: making a link ends the one before, and using it ends it too.
CREATE TABLE setup_links (
    digest BLOB NOT NULL PRIMARY KEY,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

-- Searching by how a title or name begins.
CREATE INDEX networks_by_title ON networks (title COLLATE NOCASE, id);
CREATE INDEX clients_by_name ON clients (name COLLATE NOCASE, id);

-- stopped_at: taken out of service by an operator, and put back by one; suspended_at is the kept list's, apart from it.
ALTER TABLE networks ADD COLUMN stopped_at INTEGER;
-- A pair is in force while its network is.
CREATE TRIGGER networks_stopped AFTER UPDATE OF stopped_at ON networks BEGIN
    INSERT INTO change_log (kind, subject)
    SELECT 'credential', CAST(client_id AS BLOB) FROM credentials WHERE network_id = OLD.id;
END;
