-- What the leader keeps. Reports lie here until their batch is released or given up; then they and all partial sums
-- are erased.
CREATE TABLE IF NOT EXISTS studies (
    task       BLOB PRIMARY KEY,
    manifest   TEXT NOT NULL,  -- canonical JSON
    proof      TEXT NOT NULL,  -- the business's signature
    verify_key BLOB NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('registering', 'open', 'closed', 'released', 'abandoned')),
    published  TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS reports (
    task   BLOB NOT NULL REFERENCES studies (task),
    report BLOB NOT NULL,
    body   BLOB,  -- NULL once withdrawn, so that the report cannot come back
    PRIMARY KEY (task, report)
);
CREATE TABLE IF NOT EXISTS jobs (
    task     BLOB NOT NULL REFERENCES studies (task),
    number   INTEGER NOT NULL,
    accepted BLOB NOT NULL,  -- report ids, one after the other
    rejected INTEGER NOT NULL,
    PRIMARY KEY (task, number)
);
CREATE TABLE IF NOT EXISTS totals (
    task  BLOB PRIMARY KEY REFERENCES studies (task),
    share BLOB NOT NULL  -- this server's sum over the jobs so far, without noise
);
CREATE TABLE IF NOT EXISTS releases (
    number   INTEGER PRIMARY KEY,  -- from 0, in the order of publishing
    id       TEXT NOT NULL UNIQUE,
    task     BLOB NOT NULL UNIQUE REFERENCES studies (task),
    document TEXT NOT NULL,
    noisy    BLOB NOT NULL,  -- the sum with both servers' noise, nothing withheld: field elements
    accepted INTEGER NOT NULL,
    rejected INTEGER NOT NULL
);
