-- What the helper keeps: never a share of one report, only ids, answers and a running sum.
CREATE TABLE IF NOT EXISTS tasks (
    task       BLOB PRIMARY KEY,
    manifest   BLOB NOT NULL,  -- canonical JSON, its signature checked
    verify_key BLOB NOT NULL,
    checksum   BLOB,  -- over the reports that were summed, once collected
    answer     BLOB   -- the aggregate share with noise, once collected; empty once the study is given up
);
CREATE TABLE IF NOT EXISTS jobs (
    task   BLOB NOT NULL REFERENCES tasks (task),
    number INTEGER NOT NULL,
    digest BLOB NOT NULL,  -- SHA-256 of the request
    answer BLOB NOT NULL,
    PRIMARY KEY (task, number)
);
CREATE TABLE IF NOT EXISTS reports (
    task    BLOB NOT NULL REFERENCES tasks (task),
    report  BLOB NOT NULL,
    outcome INTEGER NOT NULL,  -- vocab.wire.Outcome
    PRIMARY KEY (task, report)
);
CREATE TABLE IF NOT EXISTS vouched (
    task     BLOB NOT NULL REFERENCES tasks (task),
    issuer   INTEGER NOT NULL,  -- its number in the manifest
    accepted INTEGER NOT NULL,  -- how many of the valid reports carry its tokens
    PRIMARY KEY (task, issuer)
);
CREATE TABLE IF NOT EXISTS totals (
    task  BLOB PRIMARY KEY REFERENCES tasks (task),
    share BLOB NOT NULL
);
