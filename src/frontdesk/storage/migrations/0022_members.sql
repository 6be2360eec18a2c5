-- A network's people: since when, when they signed in last, and who is invited.

-- since: when the role was given; none where that was before this was written down.
ALTER TABLE memberships ADD COLUMN since INTEGER;

CREATE TABLE last_sign_ins (
    user_id BLOB NOT NULL PRIMARY KEY REFERENCES users (id),
    at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

INSERT INTO last_sign_ins (user_id, at) SELECT user_id, max(signed_in_at) FROM sessions GROUP BY user_id;

-- digest: of the value in the link. inviter_id: nobody where the operator invites. One that ended is kept until it
-- would have expired, because mails are counted by these rows.
CREATE TABLE invitations (
    id BLOB NOT NULL PRIMARY KEY,
    network_id BLOB NOT NULL REFERENCES networks (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('administrator', 'member')),
    digest BLOB NOT NULL,
    inviter_id BLOB,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER
) WITHOUT ROWID, STRICT;

CREATE UNIQUE INDEX invitations_by_digest ON invitations (digest);
CREATE INDEX invitations_by_network ON invitations (network_id, email);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);
