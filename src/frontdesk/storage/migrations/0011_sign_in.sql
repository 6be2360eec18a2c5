-- How people sign in, and where they are.

-- From where and with what a session was begun, as its owner may recognise it; proof: what was shown for it.
ALTER TABLE sessions ADD COLUMN address TEXT;
ALTER TABLE sessions ADD COLUMN browser TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN system TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN proof TEXT NOT NULL DEFAULT 'code';

-- A new address on its way: it counts once both codes are typed, the one sent to the old address and the one to the new.
CREATE TABLE email_changes (
    user_id BLOB NOT NULL PRIMARY KEY REFERENCES users (id),
    session_id BLOB NOT NULL,
    email TEXT NOT NULL,
    old_digest BLOB NOT NULL,
    new_digest BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE INDEX email_changes_by_expiry ON email_changes (expires_at);

-- id: what the authenticator calls it. sign_count: how often it says it was used; 0 where it does not count.
CREATE TABLE passkeys (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    public_key BLOB NOT NULL,
    sign_count INTEGER NOT NULL,
    synced INTEGER NOT NULL CHECK (synced IN (0, 1)),
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
) WITHOUT ROWID, STRICT;

CREATE INDEX passkeys_by_user ON passkeys (user_id, created_at);

-- Challenges that a right signature came for: each opens one session.
CREATE TABLE spent_challenges (
    digest BLOB NOT NULL PRIMARY KEY,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE INDEX spent_challenges_by_expiry ON spent_challenges (expires_at);

-- A code from an authenticator app, asked for after the one from the mailbox. last_step: the last one that was used.
CREATE TABLE second_factors (
    user_id BLOB NOT NULL PRIMARY KEY REFERENCES users (id),
    sealed TEXT NOT NULL,
    last_step INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

-- What lets somebody in who lost the app, once each. digest: a hash of 100 random bits, which needs no key.
CREATE TABLE recovery_codes (
    user_id BLOB NOT NULL REFERENCES second_factors (user_id),
    digest BLOB NOT NULL,
    PRIMARY KEY (user_id, digest)
) WITHOUT ROWID, STRICT;

-- What a user is called by the provider's own sign-in; one name there for one user here, and the reverse.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) WITHOUT ROWID, STRICT;

CREATE UNIQUE INDEX identities_by_user ON identities (user_id, issuer);
