CREATE EXTERNAL TABLE rung_scans (
  schema string, scan string, bundle string, scan_date string, started_at string, finished_at string, complete boolean,
  accounts bigint, findings bigint, evidence bigint, gaps bigint, pillar tinyint, pillar_possible tinyint,
  confirmed map<string,tinyint>, possible map<string,tinyint>, files bigint, bytes bigint, list string, list_sha256 string
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION '{LAKE}/scans/';

CREATE EXTERNAL TABLE rung_accounts_written (
  bundle string, scan string, scanned_at string, account string, name string, unit string, state string, why string,
  regions array<string>, pillar tinyint, pillar_possible tinyint, confirmed map<string,tinyint>, possible map<string,tinyint>,
  subjects bigint, gaps bigint, calls bigint, cost_usd double
)
PARTITIONED BY (scan_date string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION '{LAKE}/accounts/'
TBLPROPERTIES ('projection.enabled' = 'true', 'projection.scan_date.type' = 'date', 'projection.scan_date.format' = 'yyyy-MM-dd',
  'projection.scan_date.range' = '2026-01-01,NOW');

CREATE EXTERNAL TABLE rung_findings_written (
  bundle string, scan string, scanned_at string, account string, region string, control string, title string, severity string,
  criterion string, level tinyint, statement string, result string, waived boolean, kind string, arn string, name string,
  tags map<string,string>, facts map<string,string>, causes array<string>, remedy string, effort string, evidence_line bigint,
  fingerprint string
)
PARTITIONED BY (scan_date string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION '{LAKE}/findings/'
TBLPROPERTIES ('projection.enabled' = 'true', 'projection.scan_date.type' = 'date', 'projection.scan_date.format' = 'yyyy-MM-dd',
  'projection.scan_date.range' = '2026-01-01,NOW');

CREATE EXTERNAL TABLE rung_evidence_written (
  bundle string, scan string, scanned_at string, account string, region string, kind string, arn string, name string,
  tags map<string,string>, facts map<string,string>, unknown map<string,string>, evidence_line bigint
)
PARTITIONED BY (scan_date string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION '{LAKE}/evidence/'
TBLPROPERTIES ('projection.enabled' = 'true', 'projection.scan_date.type' = 'date', 'projection.scan_date.format' = 'yyyy-MM-dd',
  'projection.scan_date.range' = '2026-01-01,NOW');

CREATE EXTERNAL TABLE rung_gaps_written (
  bundle string, scan string, scanned_at string, account string, region string, gap string, operation string, action string,
  what string, cause string, denied boolean, detail string, opens_with string, hides array<string>
)
PARTITIONED BY (scan_date string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION '{LAKE}/gaps/'
TBLPROPERTIES ('projection.enabled' = 'true', 'projection.scan_date.type' = 'date', 'projection.scan_date.format' = 'yyyy-MM-dd',
  'projection.scan_date.range' = '2026-01-01,NOW');

CREATE OR REPLACE VIEW rung_nights AS
SELECT a.scan_date, a.account, max_by(a.bundle, a.scanned_at) AS bundle
FROM rung_accounts_written a JOIN rung_scans s ON s.bundle = a.bundle GROUP BY a.scan_date, a.account;

CREATE OR REPLACE VIEW rung_accounts AS
SELECT w.* FROM rung_accounts_written w
JOIN rung_nights n ON n.scan_date = w.scan_date AND n.account = w.account AND n.bundle = w.bundle;

CREATE OR REPLACE VIEW rung_findings AS
SELECT w.* FROM rung_findings_written w
JOIN rung_nights n ON n.scan_date = w.scan_date AND n.account = w.account AND n.bundle = w.bundle;

CREATE OR REPLACE VIEW rung_evidence AS
SELECT w.* FROM rung_evidence_written w
JOIN rung_nights n ON n.scan_date = w.scan_date AND n.account = w.account AND n.bundle = w.bundle;

CREATE OR REPLACE VIEW rung_gaps AS
SELECT w.* FROM rung_gaps_written w
JOIN rung_nights n ON n.scan_date = w.scan_date AND n.account = w.account AND n.bundle = w.bundle;
