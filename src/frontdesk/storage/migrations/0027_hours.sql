-- What happens at sign-in and in the mail, of all workers together: for operators, not for the record.
CREATE TABLE hour_counts (
    hour INTEGER NOT NULL,
    what TEXT NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (hour, what)
) WITHOUT ROWID, STRICT;

-- How each worker's post office stood when it last said so; worker: its place among them.
CREATE TABLE worker_mail (
    worker INTEGER NOT NULL PRIMARY KEY,
    waiting INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    sent_at INTEGER,
    trouble TEXT NOT NULL,
    trouble_at INTEGER
) STRICT;
