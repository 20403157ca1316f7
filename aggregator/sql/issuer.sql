-- What an issuer of tokens keeps. Of people it holds only their lines on a public roster, and those of a study whose
-- end has come not even with a token.
CREATE TABLE IF NOT EXISTS keys (
    name     BLOB PRIMARY KEY,  -- SHA-256 of the public key
    study    BLOB NOT NULL UNIQUE,  -- the leader's name for the study to come
    public   BLOB NOT NULL,
    private  BLOB,  -- NULL once the study is over
    openings BLOB,  -- opens the roster's lines; NULL once the study is over
    roster   BLOB NOT NULL,
    closes   INTEGER NOT NULL  -- seconds since 1970
);
CREATE TABLE IF NOT EXISTS tokens (
    key     BLOB NOT NULL REFERENCES keys (name),
    person  BLOB NOT NULL,  -- the line on the roster
    blinded BLOB NOT NULL,
    answer  BLOB NOT NULL,
    PRIMARY KEY (key, person)
);
CREATE TABLE IF NOT EXISTS proofs (
    digest BLOB PRIMARY KEY,  -- of a proof that was used, so that it counts once, also after a restart
    until  INTEGER NOT NULL
);
