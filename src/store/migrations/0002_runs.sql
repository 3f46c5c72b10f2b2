-- Scans that `rung schedule run` started, or missed: one row each. It is what keeps two schedulers on one store from running the same twice.
-- State: 0 under way, 1 ended, 2 missed, 3 skipped because the run before was under way, 4 ended without a word. Times as in 0001.

CREATE TABLE runs (
    num INTEGER PRIMARY KEY,
    schedule TEXT NOT NULL,
    planned BIGINT NOT NULL,
    attempt SMALLINT NOT NULL,
    state SMALLINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    exit_code INTEGER,
    bundle TEXT,
    scan TEXT,
    missed INTEGER NOT NULL,
    why TEXT,
    host TEXT NOT NULL,
    pid BIGINT NOT NULL,
    runner TEXT NOT NULL,
    heartbeat BIGINT NOT NULL,
    lines TEXT NOT NULL,
    UNIQUE (schedule, planned, attempt)
);

-- Since when a schedule has been planned as it is now: what was due before was nobody's to run.
CREATE TABLE schedules (
    name TEXT PRIMARY KEY,
    timetable TEXT NOT NULL,
    since BIGINT NOT NULL
);
