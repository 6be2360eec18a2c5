-- Signing in: codes on their way to a mailbox, budgets of tries and mails, sessions.

CREATE TABLE login_codes (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    browser TEXT NOT NULL,
    digest BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE INDEX login_codes_by_user ON login_codes (user_id, browser);
CREATE INDEX login_codes_by_expiry ON login_codes (expires_at);

-- wrong, mails: times in big-endian microseconds, 8 bytes each, oldest first.
CREATE TABLE login_budgets (
    key BLOB NOT NULL PRIMARY KEY,
    wrong BLOB NOT NULL,
    mails BLOB NOT NULL,
    stale_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE INDEX login_budgets_by_staleness ON login_budgets (stale_at);

CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    digest BLOB NOT NULL,
    signed_in_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE INDEX sessions_by_user ON sessions (user_id, signed_in_at);
CREATE INDEX sessions_by_last_seen ON sessions (last_seen_at);

CREATE TRIGGER sessions_changed AFTER UPDATE ON sessions BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('session', OLD.id);
END;
CREATE TRIGGER sessions_gone AFTER DELETE ON sessions BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('session', OLD.id);
END;
