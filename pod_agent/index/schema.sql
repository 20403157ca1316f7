-- The local index: a cache of the pod's records. Days are ordinals (1 = 0001-01-01) in the person's zone.

CREATE TABLE origin (zone TEXT NOT NULL, currency TEXT NOT NULL);

-- Which edition of each document of the pod the index holds.
CREATE TABLE document (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL);

-- Every distinct text of a dimension once; folded is its case-folded form, for comparing.
CREATE TABLE term (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, folded TEXT NOT NULL);
CREATE INDEX term_folded ON term (folded);

CREATE TABLE calendar (
    day INTEGER PRIMARY KEY,
    date TEXT NOT NULL,
    week TEXT NOT NULL,
    month TEXT NOT NULL,
    quarter TEXT NOT NULL,
    year TEXT NOT NULL,
    weekday INTEGER NOT NULL,
    weekend INTEGER NOT NULL
);

-- minor is the signed amount in the home currency, NULL for a row billed in another one. salary marks a text that an
-- employer's payment has. as_read keeps merchant, category, kind and counterparty as the pod has them (JSON) once they
-- were restated, else NULL.
CREATE TABLE transactions (
    id INTEGER PRIMARY KEY,
    iri TEXT NOT NULL UNIQUE,
    moment TEXT NOT NULL,
    day INTEGER NOT NULL,
    month INTEGER NOT NULL,
    source INTEGER NOT NULL,
    account INTEGER,
    merchant INTEGER,
    category INTEGER,
    kind TEXT NOT NULL,
    inflow INTEGER NOT NULL,
    salary INTEGER NOT NULL,
    minor INTEGER,
    billed_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    description TEXT NOT NULL,
    merchant_name TEXT NOT NULL,
    value_date TEXT,
    original_minor INTEGER,
    original_currency TEXT,
    counterparty TEXT,
    card INTEGER NOT NULL,
    mcc TEXT,
    hint TEXT,
    reference TEXT,
    provisional INTEGER NOT NULL,
    edition INTEGER NOT NULL,
    as_read TEXT
);
CREATE INDEX transactions_day ON transactions (day);
CREATE INDEX transactions_month ON transactions (month);
CREATE INDEX transactions_merchant ON transactions (merchant, day);
CREATE INDEX transactions_category ON transactions (category, day);

-- artist, album and track are filled for music and audiobooks, podcast for podcasts.
CREATE TABLE listens (
    id INTEGER PRIMARY KEY,
    iri TEXT NOT NULL UNIQUE,
    moment TEXT NOT NULL,
    day INTEGER NOT NULL,
    month INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    source INTEGER NOT NULL,
    kind TEXT NOT NULL,
    artist INTEGER,
    album INTEGER,
    track INTEGER,
    title INTEGER,
    podcast INTEGER,
    played_ms INTEGER NOT NULL,
    whole INTEGER NOT NULL,
    episode TEXT,
    episode_album TEXT,
    uri TEXT,
    skipped INTEGER,
    provisional INTEGER NOT NULL,
    edition INTEGER NOT NULL
);
CREATE INDEX listens_day ON listens (day);
CREATE INDEX listens_month ON listens (month);
CREATE INDEX listens_artist ON listens (artist, day);
CREATE INDEX listens_podcast ON listens (podcast, day);

-- The kinds below keep what queries need in columns and the whole record as JSON in body.
-- kind: video, music (YouTube Music) or ad.
CREATE TABLE views (
    id INTEGER PRIMARY KEY,
    iri TEXT NOT NULL UNIQUE,
    moment TEXT NOT NULL,
    day INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    source INTEGER NOT NULL,
    kind TEXT NOT NULL,
    channel INTEGER,
    video INTEGER,
    body BLOB NOT NULL
);
CREATE INDEX views_day ON views (day, kind);
CREATE INDEX views_channel ON views (channel, day);

-- kind is the status; minor as in transactions, but what was paid is above zero.
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    iri TEXT NOT NULL UNIQUE,
    moment TEXT NOT NULL,
    day INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    source INTEGER NOT NULL,
    kind TEXT NOT NULL,
    shop INTEGER,
    minor INTEGER,
    body BLOB NOT NULL
);
CREATE INDEX orders_day ON orders (day);

-- section is the widest level, path all levels with line feeds between; goods is the public group; words is the product's name as folded words,
-- each with a space before it. quantity is in millionths.
CREATE TABLE order_lines (
    id INTEGER PRIMARY KEY,
    iri TEXT NOT NULL UNIQUE,
    moment TEXT NOT NULL,
    day INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    source INTEGER NOT NULL,
    kind TEXT NOT NULL,
    shop INTEGER,
    product INTEGER,
    words TEXT NOT NULL,
    section INTEGER,
    path INTEGER,
    goods INTEGER,
    quantity INTEGER,
    minor INTEGER,
    body BLOB NOT NULL
);
CREATE INDEX order_lines_day ON order_lines (day);
CREATE INDEX order_lines_product ON order_lines (product, day);
CREATE INDEX order_lines_goods ON order_lines (goods, day);

-- Daily measures, single measurements and sleeps, of every recorder; type is the record's. The measure of a sleep is
-- 'sleep' or 'nap', its day that of waking up. value is in millionths, NULL where it is beyond all reason.
CREATE TABLE readings (
    id INTEGER PRIMARY KEY,
    iri TEXT NOT NULL UNIQUE,
    moment TEXT NOT NULL,
    day INTEGER NOT NULL,
    source INTEGER NOT NULL,
    type TEXT NOT NULL,
    measure TEXT NOT NULL,
    value INTEGER,
    recorder TEXT NOT NULL,
    samples INTEGER,
    body BLOB NOT NULL
);
CREATE INDEX readings_day ON readings (day, measure);

-- What each day comes to, chosen from the readings (health.py): one row per day and measure. iri holds those of all
-- records used, with line feeds between.
CREATE TABLE health (
    day INTEGER NOT NULL,
    kind TEXT NOT NULL,
    moment TEXT NOT NULL,
    source INTEGER NOT NULL,
    value INTEGER NOT NULL,
    iri TEXT NOT NULL,
    PRIMARY KEY (kind, day)
) WITHOUT ROWID;
CREATE INDEX health_day ON health (day);

-- All other kinds; day is NULL where the source gives no date. text is what people recognise the record by.
CREATE TABLE things (
    id INTEGER PRIMARY KEY,
    iri TEXT NOT NULL UNIQUE,
    moment TEXT NOT NULL,
    day INTEGER,
    source INTEGER NOT NULL,
    type TEXT NOT NULL,
    text TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX things_type ON things (type, day);

-- What one record has to do with another, worked out from all of them.
CREATE TABLE link (
    iri TEXT NOT NULL,
    relation TEXT NOT NULL,
    other TEXT NOT NULL,
    PRIMARY KEY (iri, relation, other)
) WITHOUT ROWID;
CREATE INDEX link_other ON link (other);

-- Where a record was read; kept with the import in the pod, cached here to be shown.
CREATE TABLE provenance (
    iri TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    member TEXT,
    line INTEGER NOT NULL,
    import_id TEXT NOT NULL
) WITHOUT ROWID;

-- Monthly roll-ups; month is the ordinal of the month's first day.
CREATE TABLE monthly_transactions (
    month INTEGER NOT NULL,
    source INTEGER NOT NULL,
    account INTEGER,
    merchant INTEGER,
    category INTEGER,
    kind TEXT NOT NULL,
    inflow INTEGER NOT NULL,
    salary INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    priced INTEGER NOT NULL,
    minor INTEGER,
    largest INTEGER
);
CREATE INDEX monthly_transactions_month ON monthly_transactions (month);
CREATE INDEX monthly_transactions_merchant ON monthly_transactions (merchant, month);

CREATE TABLE monthly_listens (
    month INTEGER NOT NULL,
    source INTEGER NOT NULL,
    kind TEXT NOT NULL,
    artist INTEGER,
    album INTEGER,
    podcast INTEGER,
    whole INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    played_ms INTEGER NOT NULL
);
CREATE INDEX monthly_listens_month ON monthly_listens (month);
CREATE INDEX monthly_listens_artist ON monthly_listens (artist, month);

-- Months whose roll-up, and days whose health, is out of date; emptied before a change is committed. (OR IGNORE in a
-- trigger gives way to the conflict clause of the statement that fired it, hence NOT EXISTS.)
CREATE TABLE stale_transactions (month INTEGER PRIMARY KEY);
CREATE TABLE stale_listens (month INTEGER PRIMARY KEY);
CREATE TABLE stale_readings (day INTEGER PRIMARY KEY);

CREATE TRIGGER transactions_inserted AFTER INSERT ON transactions BEGIN
    INSERT INTO stale_transactions SELECT new.month
        WHERE NOT EXISTS (SELECT 1 FROM stale_transactions WHERE month = new.month);
END;
CREATE TRIGGER transactions_updated AFTER UPDATE ON transactions BEGIN
    INSERT INTO stale_transactions SELECT old.month
        WHERE NOT EXISTS (SELECT 1 FROM stale_transactions WHERE month = old.month);
    INSERT INTO stale_transactions SELECT new.month
        WHERE NOT EXISTS (SELECT 1 FROM stale_transactions WHERE month = new.month);
END;
CREATE TRIGGER transactions_deleted AFTER DELETE ON transactions BEGIN
    INSERT INTO stale_transactions SELECT old.month
        WHERE NOT EXISTS (SELECT 1 FROM stale_transactions WHERE month = old.month);
END;
CREATE TRIGGER listens_inserted AFTER INSERT ON listens BEGIN
    INSERT INTO stale_listens SELECT new.month
        WHERE NOT EXISTS (SELECT 1 FROM stale_listens WHERE month = new.month);
END;
CREATE TRIGGER listens_updated AFTER UPDATE ON listens BEGIN
    INSERT INTO stale_listens SELECT old.month
        WHERE NOT EXISTS (SELECT 1 FROM stale_listens WHERE month = old.month);
    INSERT INTO stale_listens SELECT new.month
        WHERE NOT EXISTS (SELECT 1 FROM stale_listens WHERE month = new.month);
END;
CREATE TRIGGER listens_deleted AFTER DELETE ON listens BEGIN
    INSERT INTO stale_listens SELECT old.month
        WHERE NOT EXISTS (SELECT 1 FROM stale_listens WHERE month = old.month);
END;
CREATE TRIGGER readings_inserted AFTER INSERT ON readings BEGIN
    INSERT INTO stale_readings SELECT new.day
        WHERE NOT EXISTS (SELECT 1 FROM stale_readings WHERE day = new.day);
END;
CREATE TRIGGER readings_updated AFTER UPDATE ON readings BEGIN
    INSERT INTO stale_readings SELECT old.day
        WHERE NOT EXISTS (SELECT 1 FROM stale_readings WHERE day = old.day);
    INSERT INTO stale_readings SELECT new.day
        WHERE NOT EXISTS (SELECT 1 FROM stale_readings WHERE day = new.day);
END;
CREATE TRIGGER readings_deleted AFTER DELETE ON readings BEGIN
    INSERT INTO stale_readings SELECT old.day
        WHERE NOT EXISTS (SELECT 1 FROM stale_readings WHERE day = old.day);
END;
