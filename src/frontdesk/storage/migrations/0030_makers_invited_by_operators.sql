-- An operator invites in the place of an app's people: then it was none of them. The table is made anew for that.
CREATE TABLE asked_to_make (
    id BLOB NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id),
    email TEXT NOT NULL,
    invited_by BLOB REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

INSERT INTO asked_to_make (id, client_id, email, invited_by, created_at, expires_at)
SELECT id, client_id, email, invited_by, created_at, expires_at FROM maker_invitations;

DROP TABLE maker_invitations;
ALTER TABLE asked_to_make RENAME TO maker_invitations;

CREATE UNIQUE INDEX maker_invitations_by_client ON maker_invitations (client_id, email);
CREATE INDEX maker_invitations_by_inviter ON maker_invitations (invited_by);
