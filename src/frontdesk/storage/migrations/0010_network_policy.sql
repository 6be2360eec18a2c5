-- What owners do with their networks.

-- Connections whose person left a network: for a while its owner may take each over. left_at: when they left.
CREATE TABLE left_edges (
    network_id BLOB NOT NULL,
    grant_id BLOB NOT NULL,
    left_at INTEGER NOT NULL,
    PRIMARY KEY (network_id, grant_id)
) WITHOUT ROWID, STRICT;

CREATE INDEX left_edges_by_time ON left_edges (left_at);
