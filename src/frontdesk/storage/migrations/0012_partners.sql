-- Partners who keep apps of their own: who they are, which apps are whose, what an app says of itself, two secrets.

-- homepage, privacy_url: empty where the app says none. logo: the name of its picture in app_logos; empty: none.
-- optional_scopes: those of its scopes that a user may leave out. verified_at: since when its publisher is proven.
-- review: only an approved app may be connected by others than its own people. Apps from before were made by the operator.
ALTER TABLE clients ADD COLUMN homepage TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN privacy_url TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN logo TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN optional_scopes TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN verified_at INTEGER;
ALTER TABLE clients ADD COLUMN review TEXT NOT NULL DEFAULT 'approved'
    CHECK (review IN ('draft', 'submitted', 'approved', 'returned'));
ALTER TABLE clients ADD COLUMN review_at INTEGER;
ALTER TABLE clients ADD COLUMN review_note TEXT NOT NULL DEFAULT '';

-- secret_number counts an app's secrets. earlier_*: the secret before the present one, while both work.
ALTER TABLE clients ADD COLUMN secret_number INTEGER NOT NULL DEFAULT 1;
ALTER TABLE clients ADD COLUMN secret_last_four TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN earlier_digest BLOB;
ALTER TABLE clients ADD COLUMN earlier_last_four TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN earlier_made_at INTEGER;

CREATE INDEX clients_in_review ON clients (review_at) WHERE review = 'submitted';

-- Users who make apps, and what they are called as makers.
CREATE TABLE partners (
    user_id BLOB NOT NULL PRIMARY KEY REFERENCES users (id),
    name TEXT NOT NULL,
    website TEXT NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE app_owners (
    user_id BLOB NOT NULL REFERENCES partners (user_id),
    client_id TEXT NOT NULL REFERENCES clients (id),
    since INTEGER NOT NULL,
    PRIMARY KEY (user_id, client_id)
) WITHOUT ROWID, STRICT;

CREATE INDEX app_owners_by_client ON app_owners (client_id, user_id);

-- Pictures, made anew from what was uploaded. name: a hash of app and picture.
CREATE TABLE app_logos (
    name TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id),
    png BLOB NOT NULL
) WITHOUT ROWID, STRICT;

-- When each of an app's secrets was last right. No cache must learn of it.
CREATE TABLE app_secret_uses (
    client_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, number)
) WITHOUT ROWID, STRICT;
