//! Flags that an event may bring.
//!
//! Whoever may invoke the function chooses what is scanned, not where files are written, which files are read, or where credentials come
//! from: other flags are refused.

use crate::plain::plain;

/// The flags of a command that are taken.
pub(super) struct Taken {
    /// The command, as it is called.
    command: &'static str,
    /// Flags that stand alone.
    alone: &'static [&'static str],
    /// Flags with a value.
    with_value: &'static [&'static [&'static str]],
}

/// What is scanned, and by which role.
const WHAT: &[&str] = &[
    "--region",
    "--org-unit",
    "--org-tag",
    "--exclude",
    "--role-name",
    "--external-id",
    "--session-name",
    "--session-tag",
    "--via",
    "--metrics",
];

/// Of a scan.
pub(super) const SCAN: Taken = Taken {
    command: "rung scan",
    alone: &["--demo", "--org", "--sql-digests", "--require-complete", "--quiet"],
    with_value: &[WHAT, &["--max-calls", "--max-cost", "--fail-below", "--concurrency", "--max-attempts"]],
};

/// Of a plan.
pub(super) const PLAN: Taken = Taken {
    command: "rung plan",
    alone: &["--org", "--sql-digests"],
    with_value: &[WHAT, &["--shards", "--calls-of-shard"]],
};

/// Of a shard: how fast and how patiently; what is asked is the plan's.
pub(super) const SHARD: Taken = Taken {
    command: "rung scan --plan",
    alone: &["--again", "--require-complete"],
    with_value: &[&["--accounts-at-once", "--concurrency", "--max-attempts", "--max-memory", "--timeout"]],
};

/// Of a merge.
pub(super) const MERGE: Taken = Taken {
    command: "rung merge",
    alone: &["--notify", "--no-regression", "--require-complete"],
    with_value: &[&["--schedule", "--fail-below"]],
};

impl Taken {
    /// Refuses what is not among them.
    pub(super) fn check(&self, args: &[String]) -> Result<(), String> {
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let (flag, value) = arg.split_once('=').map_or((arg.as_str(), None), |(flag, value)| (flag, Some(value)));
            let fits = match value {
                _ if self.with_value.iter().any(|some| some.contains(&flag)) => {
                    value.is_some() || args.next().is_some_and(|value| !value.starts_with('-'))
                }
                None => self.alone.contains(&flag),
                Some(_) => false,
            };
            if !fits {
                let known: Vec<_> =
                    self.alone.iter().chain(self.with_value.iter().copied().flatten()).copied().collect();
                return Err(format!(
                    "args: \"{}\" is not taken here: expected flags of `{}` with their values, of these: {}",
                    plain(arg),
                    self.command,
                    known.join(", ")
                ));
            }
        }
        Ok(())
    }
}
