-- A change that concerns several networks is one row: networks names them, 16 bytes each, and network_id is NULL.
ALTER TABLE audit ADD COLUMN networks BLOB;

-- Where to find a network's rows. It is filled in batches, because a network's place in it is another page for each;
-- rows after audit_indexed.position are not in it yet and are looked through.
CREATE TABLE audit_by_networks (
    network_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (network_id, position)
) WITHOUT ROWID, STRICT;

CREATE TABLE audit_indexed (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    position INTEGER NOT NULL
) STRICT;

INSERT INTO audit_by_networks (network_id, position)
SELECT network_id, position FROM audit WHERE network_id IS NOT NULL ORDER BY network_id, position;
INSERT INTO audit_indexed (one, position) SELECT 1, coalesce(max(position), 0) FROM audit;

DROP INDEX audit_by_network;
