-- What scans found. The same text for SQLite and PostgreSQL; what stands in /*sqlite ... */ is for SQLite only: tables that are their own index.
-- Times are microseconds since 1970. `levels` of scans and accounts: three characters a control, confirmed, possible, observed, `-` for none.
-- Results: 0 fail, 1 unknown, 2 pass, 3 not applicable. Outcomes: 0 unmet, 1 unknown, 2 met, 3 not applicable.

CREATE TABLE scans (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    series TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT NOT NULL,
    complete SMALLINT NOT NULL,
    rung TEXT NOT NULL,
    regions TEXT NOT NULL,
    accounts INTEGER NOT NULL,
    bundle TEXT NOT NULL,
    manifest_sha256 TEXT NOT NULL,
    previous TEXT,
    pillar SMALLINT,
    pillar_possible SMALLINT,
    by_minimum SMALLINT,
    fails INTEGER NOT NULL,
    unknowns INTEGER NOT NULL,
    passes INTEGER NOT NULL,
    not_applicable INTEGER NOT NULL,
    gaps INTEGER NOT NULL,
    levels TEXT NOT NULL,
    overview TEXT NOT NULL
);
CREATE INDEX scans_by_time ON scans (started_at, num);
CREATE INDEX scans_by_series ON scans (series, started_at, num);

CREATE TABLE levels (
    scan INTEGER NOT NULL,
    control SMALLINT NOT NULL,
    applicable SMALLINT NOT NULL,
    confirmed SMALLINT,
    possible SMALLINT,
    observed SMALLINT,
    waived_confirmed SMALLINT,
    waived_possible SMALLINT,
    target SMALLINT,
    PRIMARY KEY (scan, control)
) /*sqlite WITHOUT ROWID */;

-- A criterion's words, as the newest scan has them. `facts`: which facts decide it, by kind of subject.
CREATE TABLE criteria (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    control SMALLINT NOT NULL,
    level SMALLINT NOT NULL,
    clause TEXT NOT NULL,
    statement TEXT NOT NULL,
    remedy TEXT NOT NULL,
    effort TEXT NOT NULL,
    facts TEXT NOT NULL
);

CREATE TABLE outcomes (
    scan INTEGER NOT NULL,
    criterion SMALLINT NOT NULL,
    outcome SMALLINT NOT NULL,
    waived_outcome SMALLINT,
    fails INTEGER NOT NULL,
    unknowns INTEGER NOT NULL,
    passes INTEGER NOT NULL,
    not_applicable INTEGER NOT NULL,
    unseen SMALLINT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (scan, criterion)
) /*sqlite WITHOUT ROWID */;

CREATE TABLE accounts (
    scan INTEGER NOT NULL,
    account TEXT NOT NULL,
    name TEXT,
    unit TEXT,
    state TEXT NOT NULL,
    why TEXT,
    pillar SMALLINT,
    pillar_possible SMALLINT,
    subjects INTEGER NOT NULL,
    gaps INTEGER NOT NULL,
    levels TEXT NOT NULL,
    PRIMARY KEY (scan, account)
) /*sqlite WITHOUT ROWID */;

-- A subject once, however many scans saw it. `digest` is of kind, ARN, account, region; `words` of what may change: name, owner, tags,
-- which are those of the newest scan. `search`: all of it in lower case.
CREATE TABLE subjects (
    num INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    words TEXT NOT NULL,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    owner TEXT,
    name TEXT,
    arn TEXT NOT NULL,
    search TEXT NOT NULL
);

-- `line` of evidence.jsonl; `marks`: 1 waived, 2 attested, added up. In the order in which people read them: what fails first.
CREATE TABLE findings (
    scan INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    line INTEGER NOT NULL,
    result SMALLINT NOT NULL,
    criterion SMALLINT NOT NULL,
    marks SMALLINT NOT NULL,
    PRIMARY KEY (scan, result, criterion, subject, line)
) /*sqlite WITHOUT ROWID */;

-- What findings can be filtered by, counted when the scan is added.
CREATE TABLE facets (
    scan INTEGER NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    findings INTEGER NOT NULL,
    fails INTEGER NOT NULL,
    PRIMARY KEY (scan, field, value)
) /*sqlite WITHOUT ROWID */;

-- A gap once, as long as it says the same. `hides`: full ids of criteria, as a JSON list.
CREATE TABLE gaps (
    num INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    id TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    operation TEXT NOT NULL,
    what TEXT NOT NULL,
    cause TEXT NOT NULL,
    detail TEXT NOT NULL,
    opens_with TEXT NOT NULL,
    hides TEXT NOT NULL
);

CREATE TABLE scan_gaps (
    scan INTEGER NOT NULL,
    gap INTEGER NOT NULL,
    PRIMARY KEY (scan, gap)
) /*sqlite WITHOUT ROWID */;
