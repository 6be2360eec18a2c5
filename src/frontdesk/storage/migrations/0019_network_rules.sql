-- What owners say about connecting apps to their networks. apps: client ids, one a line, where apps_listed is 1.
-- looked_at: when connections that are too old were last looked for.
CREATE TABLE network_rules (
    network_id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    apps_listed INTEGER NOT NULL CHECK (apps_listed IN (0, 1)),
    apps TEXT NOT NULL,
    administrators_only INTEGER NOT NULL CHECK (administrators_only IN (0, 1)),
    connection_days INTEGER,
    looked_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE INDEX network_rules_by_look ON network_rules (looked_at) WHERE connection_days IS NOT NULL;

-- That there is none is remembered, so that consents cost no look: the first row names itself.
CREATE TRIGGER network_rules_begun AFTER INSERT ON network_rules
WHEN (SELECT count(*) FROM (SELECT 1 FROM network_rules LIMIT 2)) = 1 BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('fact', CAST('network_rules' AS BLOB));
END;
CREATE TRIGGER network_rules_ended AFTER DELETE ON network_rules
WHEN NOT EXISTS (SELECT 1 FROM network_rules) BEGIN
    INSERT INTO change_log (kind, subject) VALUES ('fact', CAST('network_rules' AS BLOB));
END;
