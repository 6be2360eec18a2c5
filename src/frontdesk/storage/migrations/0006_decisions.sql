-- Why calls were refused, for those whom it concerns; and what would have been, while nothing is enforced.

-- One row a refused call, and one of every so many allowed ones: a ring, the oldest go. It holds no secret and no query.
-- operations: one a line. network_id: whose owner it concerns. named: in the network header. open_networks: packed.
CREATE TABLE decisions (
    position INTEGER PRIMARY KEY,
    request_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    method TEXT NOT NULL,
    operations TEXT NOT NULL,
    path TEXT NOT NULL,
    scheme TEXT NOT NULL,
    is_proven INTEGER NOT NULL CHECK (is_proven IN (0, 1)),
    credential TEXT NOT NULL,
    client_id TEXT NOT NULL,
    grant_id BLOB,
    user_id BLOB,
    network_id BLOB,
    named BLOB,
    cause TEXT,
    cause_at INTEGER,
    schemes TEXT NOT NULL,
    scopes TEXT NOT NULL,
    rule TEXT NOT NULL,
    methods TEXT NOT NULL,
    retry_after INTEGER NOT NULL,
    held TEXT NOT NULL,
    open_networks BLOB NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL
) STRICT;

-- The nginx way asks twice about one call: the first decision under an id is the one.
CREATE UNIQUE INDEX decisions_by_request ON decisions (request_id);
CREATE INDEX decisions_by_network ON decisions (network_id, position) WHERE network_id IS NOT NULL;

-- How many refusals of a minute were not kept, because too many came at once.
CREATE TABLE decision_gaps (
    minute INTEGER NOT NULL PRIMARY KEY,
    refusals INTEGER NOT NULL
) STRICT;

-- While nothing is enforced: every call, counted by day. caller: an app's or a Basic pair's client id, where the credential
-- was one of ours. operation: "GET /rooms/v1", where the document has it. The row without a reason counts the allowed ones.
CREATE TABLE shadow_counts (
    day INTEGER NOT NULL,
    caller TEXT NOT NULL,
    operation TEXT NOT NULL,
    reason TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    example TEXT NOT NULL,
    PRIMARY KEY (day, caller, operation, reason)
) WITHOUT ROWID, STRICT;
