//! The commented configuration that `rung init` writes.

use std::fmt::Write;

use rung_rules::{criteria, model::Control};

/// The file: every key with what it means, every threshold with its default and the reason for it.
pub fn text() -> String {
    let mut text = String::from(HEAD);
    for control in Control::all() {
        let mut thresholds: Vec<_> =
            criteria(control).iter().flat_map(|criterion| criterion.thresholds.iter().copied()).collect();
        thresholds.sort_by_key(|threshold| threshold.name);
        thresholds.dedup_by_key(|threshold| threshold.name);
        let own = format!("{:03}.", control.number());
        thresholds.retain(|threshold| threshold.name.starts_with(&own));
        if thresholds.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n# {} {}", control.id(), control.title());
        for one in thresholds {
            let _ = writeln!(text, "# {}: {}\n#\"{}\" = {}", one.unit, one.reason, one.name, one.default);
        }
    }
    text
}

const HEAD: &str = r#"# Configuration of rung. Every line that begins with # is a default or an example: take the # away to change it.
# Flags stand above this file; RUNG_CONFIG, RUNG_ATTESTATIONS, RUNG_WAIVERS and RUNG_REGISTER between the two.

# What people attest (`rung attest` writes it), and how many days it counts unless it says otherwise.
#attestations = "attestations.toml"
#attestation_days = 92

# Accepted exceptions, each with reason, owner and last day. The .wafpass-skip.yml of WAF++'s tool is read too.
#waivers = ["waivers.toml", ".wafpass-skip.yml"]

# The performance debt register: CSV, Markdown or TOML, a path seen from this file or s3://bucket/key.
#register = "docs/performance-debt.csv"

# Where the bundles of scans lie: a folder seen from this file, or s3://BUCKET/PREFIX. RUNG_SCANS and --scans stand above it.
#scans = "s3://our-scans/rung"

# Which resources are production. Without this every resource counts. All tags must be there, one value of each is
# enough; * stands for any characters, and upper and lower case are the same.
[scope]
#tags = { environment = ["prod*", "live"] }
#accounts = ["123456789012"]
#regions = ["eu-*", "us-east-1"]

# The level that each control is wanted at: `rung scan --fail-below target` exits with 1 when one stands below.
[targets]
#default = 3
#"090" = 4

# What `rung serve` scans when somebody starts a scan from its page: regions as for --region, or the whole organisation.
# demo = true scans the recorded demo account, to try the page without AWS.
[serve]
#regions = ["all"]
#org = true

# Who is told after a nightly scan (docs/notifications.md). Secrets never stand here: *_env names a variable, *_file a file.
# `rung notify test` sends each of them a message.
[notify]
#deadline_days = 14        # days before an attestation or a waiver ends
#digest = "monday"         # the day of the weekly digest, or "never"
#[[notify.to]]
#name = "team"
#kind = "slack"            # slack, webhook, email or sns
#url_env = "RUNG_SLACK_URL"
#events = ["scan_failed", "level_fell", "below_target", "new_unmet", "incomplete", "deadline", "level_rose", "digest"]

# How long bundles are kept (`rung prune`): all for so many days, then the last of each month for so many months, never the newest of
# an account. With at_most no more than so many of an account.
[retention]
#all_days = 90
#months = 36
#at_most = 500

# What `rung schedule run` scans when: five fields of cron in a time zone (default: UTC), begun up to `jitter` later. What was missed is
# caught up once if it is not older than `catch_up`. The rest is as for `rung scan`: regions, profile, org, org_units, exclude, accounts,
# role_name, external_id, session_name, via, no_metrics, sql_digests, max_calls, max_cost, require_complete, demo.
#[[schedule]]
#name = "nightly"
#cron = "30 2 * * *"
#time_zone = "Europe/Berlin"
#jitter = "10m"
#catch_up = "24h"
#regions = ["all"]
#max_cost = 5.00

# Every threshold, with its default and the reason for it.
[thresholds]
"#;
