-- What the database is, and what happened in it.

-- Facts about the database itself: its identity, its schema's version, whether it was closed cleanly.
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID, STRICT;

-- Names every cached record that ended or was altered, in the transaction that did it. Positions are never used
-- twice, and the newest row always stays: a reader that does not find its own position again forgets everything.
CREATE TABLE change_log (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    subject BLOB NOT NULL
) STRICT;

INSERT INTO change_log (kind, subject) VALUES ('start', x'');

-- Append-only: one row for each security change, saved in the change's own transaction.
CREATE TABLE audit (
    position INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    network_id BLOB,
    client_id TEXT,
    user_id BLOB,
    grant_id BLOB,
    address TEXT,
    request_id TEXT,
    detail TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_network ON audit (network_id, position) WHERE network_id IS NOT NULL;
CREATE INDEX audit_by_client ON audit (client_id, position) WHERE client_id IS NOT NULL;
