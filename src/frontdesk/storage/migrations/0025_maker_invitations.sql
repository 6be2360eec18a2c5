-- Who was asked to become one of an app's people: by address, until an hour, once. The id opens nothing to anybody else.
CREATE TABLE maker_invitations (
    id BLOB NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id),
    email TEXT NOT NULL,
    invited_by BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE UNIQUE INDEX maker_invitations_by_client ON maker_invitations (client_id, email);
CREATE INDEX maker_invitations_by_inviter ON maker_invitations (invited_by);
