-- Giving a network's ownership on: at most one offer a network, confirmed by giver and receiver, each by a code.

-- confirmed_at: when the giver's code was typed; the receiver hears of nothing before. code_*: the code on its way.
CREATE TABLE ownership_offers (
    network_id BLOB NOT NULL PRIMARY KEY,
    giver_id BLOB NOT NULL,
    receiver_id BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    code_digest BLOB,
    code_expires_at INTEGER
) WITHOUT ROWID, STRICT;

CREATE INDEX ownership_offers_by_receiver ON ownership_offers (receiver_id);
CREATE INDEX ownership_offers_by_expiry ON ownership_offers (expires_at);
