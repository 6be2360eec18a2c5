-- How apps behave while they are used, by day: what an operator who reviews one wants to know.
-- most: the most refreshes of one grant within one access token's life; 0 for what is no refresh.
CREATE TABLE app_habits (
    client_id TEXT NOT NULL,
    habit TEXT NOT NULL,
    day INTEGER NOT NULL,
    times INTEGER NOT NULL,
    most INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, habit, day)
) WITHOUT ROWID, STRICT;

CREATE INDEX app_habits_by_day ON app_habits (day);
