//! Changes as Markdown, short enough for a pull request. Whatever comes from strangers is escaped: no markup, no links, no mentions.

use std::io::{self, Write};

use rung_rules::changes::{Changes, ControlChange};

use super::{causes, counted, moment, outcome, sections, short, standing, verdict};
use crate::plain::plain;

/// Subjects that are listed in all.
const SUBJECTS: usize = 20;
/// Gaps that are listed.
const GAPS: usize = 10;

/// Writes all of it.
pub fn write(changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
    let (before, after) = (moment(changes.before.started_at), moment(changes.after.started_at));
    writeln!(out, "## What changed from {before} to {after}\n")?;
    for note in &changes.notes {
        writeln!(out, "> {}\n", escaped(note))?;
    }
    if changes.is_nothing() {
        return writeln!(out, "Nothing changed.");
    }
    writeln!(out, "**Pillar:** {}\n", escaped(&changes.pillar.why))?;
    controls(changes, out)?;
    criteria(changes, out)?;
    subjects(changes, out)?;
    gaps(changes, out)?;
    if !changes.settings.is_empty() {
        writeln!(out, "### Settings\n")?;
        for own in &changes.settings {
            writeln!(out, "- {}: {}", escaped(&own.name), escaped(&own.why))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{}", counted(&changes.findings))
}

/// The levels that changed, for the summary of a scan: a table and a line.
pub(in crate::report) fn since(changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### Since the scan of {}\n", moment(changes.before.started_at))?;
    controls(changes, out)?;
    writeln!(out, "{}\n", counted(&changes.findings))
}

fn controls(changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
    let sections = sections(changes);
    if sections.is_empty() {
        return writeln!(out, "No level changed.\n");
    }
    writeln!(out, "| control | before | after | cause | why |\n|---|---|---|---|---|")?;
    for ControlChange { control, title, before, after, causes: own, why, .. } in
        sections.into_iter().flat_map(|(_, controls)| controls)
    {
        let (before, after) = (standing(*before), standing(*after));
        let name = format!("{:03} {title}", control.number());
        writeln!(out, "| {} | {before} | {after} | {} | {} |", escaped(&name), causes(own), escaped(why))?;
    }
    writeln!(out)
}

fn criteria(changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
    let otherwise: Vec<_> = changes.criteria.iter().filter(|own| own.before != own.after).collect();
    if otherwise.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Criteria\n\n| criterion | before | after | cause | why |\n|---|---|---|---|---|")?;
    for own in otherwise {
        let name = format!("{:03} {}", own.control.number(), short(&own.criterion));
        let (before, after) = (outcome(own.before), outcome(own.after));
        writeln!(out, "| {} | {before} | {after} | {} | {} |", escaped(&name), causes(&own.causes), escaped(&own.why))?;
    }
    writeln!(out)
}

fn subjects(changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
    let total: u64 = changes.criteria.iter().map(|own| own.subjects_total).sum();
    if total == 0 {
        return Ok(());
    }
    writeln!(out, "### Subjects\n\n| subject | criterion | before | after | cause |\n|---|---|---|---|---|")?;
    let all = changes.criteria.iter().flat_map(|own| own.subjects.iter().map(move |subject| (own, subject)));
    let mut listed = 0;
    for (own, subject) in all.take(SUBJECTS) {
        let name: String = subject.name.as_deref().unwrap_or(&subject.arn).chars().take(80).collect();
        let criterion = format!("{:03} {}", own.control.number(), short(&own.criterion));
        let (before, after) = (verdict(subject.before), verdict(subject.after));
        let cause = subject.cause.words();
        writeln!(out, "| {} | {} | {before} | {after} | {cause} |", escaped(&name), escaped(&criterion))?;
        listed += 1;
    }
    let more = total.saturating_sub(listed);
    if more > 0 { writeln!(out, "\nand {more} more\n") } else { writeln!(out) }
}

fn gaps(changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
    let all = [
        ("Not seen any more", &changes.gaps.opened, changes.gaps.opened_total),
        ("Seen now", &changes.gaps.closed, changes.gaps.closed_total),
    ];
    for (heading, gaps, total) in all.into_iter().filter(|(_, _, total)| *total > 0) {
        writeln!(out, "### {heading} ({total})\n")?;
        for gap in gaps.iter().take(GAPS) {
            let words = format!("{} in {}, {}: {}", gap.operation, gap.account, gap.region, gap.cause.words());
            writeln!(out, "- {}", escaped(&words))?;
        }
        let more = (total as usize).saturating_sub(gaps.len().min(GAPS));
        if more > 0 {
            writeln!(out, "- and {more} more")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Text that Markdown shows as it is, on one line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A mention notifies somebody, an address becomes a link.
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '|' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out.replace("://", ":&#47;&#47;").replace("www.", "www&#46;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text_and_nothing_else() {
        assert_eq!(escaped("<script>|`x`[y](z)"), "&lt;script&gt;\\|\\`x\\`\\[y\\]\\(z\\)");
        assert_eq!(escaped("a\n\u{202e}@team"), "a\\\\u\\{a\\}\\\\u\\{202e\\}&#64;team");
        assert_eq!(escaped("https://evil.example"), "https:&#47;&#47;evil.example");
    }
}
