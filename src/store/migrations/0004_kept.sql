-- When retention took the scan's bundle away: its levels and outcomes stay, its findings and gaps are gone. Microseconds since 1970.
ALTER TABLE scans ADD COLUMN removed_at BIGINT;
