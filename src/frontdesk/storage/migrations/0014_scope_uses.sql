-- Which of its scopes a grant made use of, so that its user can take back what the app never needed.

-- scope: the least that a call needed. Written at most daily for each.
CREATE TABLE scope_uses (
    grant_id BLOB NOT NULL,
    scope TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (grant_id, scope)
) WITHOUT ROWID, STRICT;

CREATE TRIGGER scope_uses_of_gone AFTER DELETE ON grants BEGIN
    DELETE FROM scope_uses WHERE grant_id = OLD.id;
END;
