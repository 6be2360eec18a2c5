-- Who calls what, so that a policy that would cut somebody off can be told before it is in force.

-- scheme and client_id: "oauth2" and an app's id, "basic" and a network's; both empty where no credential was needed.
-- operation: "GET /v1/rooms/{id}". scopes: those that the token held, separated by spaces; "*": sets beyond the eighth.
CREATE TABLE call_counts (
    scheme TEXT NOT NULL,
    client_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    day INTEGER NOT NULL,
    scopes TEXT NOT NULL,
    calls INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (scheme, client_id, operation, day, scopes)
) WITHOUT ROWID, STRICT;

CREATE INDEX call_counts_by_day ON call_counts (day);

-- Policies that the operator agreed to, by what they decide.
CREATE TABLE accepted_policies (
    fingerprint BLOB NOT NULL PRIMARY KEY,
    accepted_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
