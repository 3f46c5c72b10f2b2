CREATE OR REPLACE VIEW scans AS
SELECT * FROM read_json('{LAKE}/scans/*.json', format = 'newline_delimited', columns = {
    schema: 'VARCHAR', scan: 'VARCHAR', bundle: 'VARCHAR', scan_date: 'DATE', started_at: 'TIMESTAMPTZ', finished_at: 'TIMESTAMPTZ',
    complete: 'BOOLEAN', accounts: 'BIGINT', findings: 'BIGINT', evidence: 'BIGINT', gaps: 'BIGINT', pillar: 'TINYINT',
    pillar_possible: 'TINYINT', confirmed: 'MAP(VARCHAR, TINYINT)', possible: 'MAP(VARCHAR, TINYINT)', files: 'BIGINT', bytes: 'BIGINT',
    list: 'VARCHAR', list_sha256: 'VARCHAR'});

CREATE OR REPLACE VIEW accounts_written AS
SELECT * FROM read_json('{LAKE}/accounts/*/*.jsonl.gz', format = 'newline_delimited', hive_partitioning = true,
    hive_types = {scan_date: DATE}, columns = {
    bundle: 'VARCHAR', scan: 'VARCHAR', scanned_at: 'TIMESTAMPTZ', account: 'VARCHAR', name: 'VARCHAR', unit: 'VARCHAR', state: 'VARCHAR',
    why: 'VARCHAR', regions: 'VARCHAR[]', pillar: 'TINYINT', pillar_possible: 'TINYINT', confirmed: 'MAP(VARCHAR, TINYINT)',
    possible: 'MAP(VARCHAR, TINYINT)', subjects: 'BIGINT', gaps: 'BIGINT', calls: 'BIGINT', cost_usd: 'DOUBLE'})
SEMI JOIN scans USING (bundle);

CREATE OR REPLACE VIEW nights AS
SELECT scan_date, account, arg_max(bundle, scanned_at) AS bundle FROM accounts_written GROUP BY scan_date, account;

CREATE OR REPLACE VIEW accounts AS
SELECT * FROM accounts_written SEMI JOIN nights USING (scan_date, account, bundle);

CREATE OR REPLACE VIEW findings AS
SELECT * FROM read_json('{LAKE}/findings/*/*/*/*.jsonl.gz', format = 'newline_delimited', hive_partitioning = true,
    hive_types = {scan_date: DATE, account: VARCHAR, region: VARCHAR}, columns = {
    bundle: 'VARCHAR', scan: 'VARCHAR', scanned_at: 'TIMESTAMPTZ', control: 'VARCHAR', title: 'VARCHAR', severity: 'VARCHAR',
    criterion: 'VARCHAR', level: 'TINYINT', statement: 'VARCHAR', result: 'VARCHAR', waived: 'BOOLEAN', kind: 'VARCHAR', arn: 'VARCHAR',
    name: 'VARCHAR', tags: 'MAP(VARCHAR, VARCHAR)', facts: 'MAP(VARCHAR, VARCHAR)', causes: 'VARCHAR[]', remedy: 'VARCHAR',
    effort: 'VARCHAR', evidence_line: 'BIGINT', fingerprint: 'VARCHAR'})
SEMI JOIN nights USING (scan_date, account, bundle);

CREATE OR REPLACE VIEW evidence AS
SELECT * FROM read_json('{LAKE}/evidence/*/*/*/*.jsonl.gz', format = 'newline_delimited', hive_partitioning = true,
    hive_types = {scan_date: DATE, account: VARCHAR, region: VARCHAR}, columns = {
    bundle: 'VARCHAR', scan: 'VARCHAR', scanned_at: 'TIMESTAMPTZ', kind: 'VARCHAR', arn: 'VARCHAR', name: 'VARCHAR',
    tags: 'MAP(VARCHAR, VARCHAR)', facts: 'MAP(VARCHAR, VARCHAR)', unknown: 'MAP(VARCHAR, VARCHAR)', evidence_line: 'BIGINT'})
SEMI JOIN nights USING (scan_date, account, bundle);

CREATE OR REPLACE VIEW gaps AS
SELECT * FROM read_json('{LAKE}/gaps/*/*/*/*.jsonl.gz', format = 'newline_delimited', hive_partitioning = true,
    hive_types = {scan_date: DATE, account: VARCHAR, region: VARCHAR}, columns = {
    bundle: 'VARCHAR', scan: 'VARCHAR', scanned_at: 'TIMESTAMPTZ', gap: 'VARCHAR', operation: 'VARCHAR', action: 'VARCHAR', what: 'VARCHAR',
    cause: 'VARCHAR', denied: 'BOOLEAN', detail: 'VARCHAR', opens_with: 'VARCHAR', hides: 'VARCHAR[]'})
SEMI JOIN nights USING (scan_date, account, bundle);
