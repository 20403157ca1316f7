-- Who takes part in training: one node for each WebID, for as long as the grant that was shown lasts.
CREATE TABLE IF NOT EXISTS nodes (
    webid      TEXT PRIMARY KEY,
    name       BLOB NOT NULL UNIQUE,  -- SHA-256 of the node's public key
    key        BLOB NOT NULL,         -- PEM
    grant_id   TEXT NOT NULL,
    until      TEXT NOT NULL,         -- the grant's end, UTC
    registered TEXT NOT NULL
);
