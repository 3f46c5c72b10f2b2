//! Scripts of builds: buildspecs and commands, where people write down values that belong into a store of secrets.

use super::{
    pseudonyms::{Origin, Pseudonyms},
    secrets::{REDACTED, names_secret},
    walk::{Leaf, Part},
};

/// Whether a text is a script: a buildspec, or a command of an action.
pub(super) fn is_script(leaf: &Leaf<'_>) -> bool {
    let of_builds = matches!(leaf.service, "codebuild" | "codepipeline");
    of_builds && leaf.part == Part::Value && matches!(leaf.own(), "buildspec" | "commands")
}

/// The script without the values of its environment variables and of what is named like a secret.
pub(super) fn without_values(script: &str) -> String {
    let mut new = String::with_capacity(script.len());
    let mut block: Option<usize> = None;
    for line in script.split_inclusive('\n') {
        let content = line.trim();
        let indent = line.len() - line.trim_start().len();
        if block.is_some_and(|at| indent <= at) && !content.is_empty() {
            block = None;
        }
        if block.is_some() {
            new.push_str(&without_value(line, content));
        } else if let Some(rest) = content.strip_prefix("variables:") {
            block = Some(indent);
            new.push_str(&replaced(line, rest.trim()));
        } else {
            new.push_str(&without_assignments(line));
        }
    }
    new
}

/// The script with every known name, and every host that it calls, replaced.
pub(super) fn without_hosts(script: &str, pseudonyms: &Pseudonyms) -> String {
    let mut parts = script.split("://");
    let mut new = pseudonyms.text(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|sign: char| !sign.is_alphanumeric() && !matches!(sign, '-' | '.')).unwrap_or(part.len());
        let (host, rest) = part.split_at(end);
        new.push_str("://");
        new.push_str(&if host.is_empty() { String::new() } else { pseudonyms.name(host, Origin::Part) });
        new.push_str(&pseudonyms.text(rest));
    }
    new
}

/// `NAME: value` without its value; a line that goes on with a value, without all of it.
fn without_value(line: &str, content: &str) -> String {
    match content.split_once(':') {
        _ if content.starts_with('#') => line.to_owned(),
        Some((name, value)) if is_name(name) => replaced(line, value.trim()),
        _ => replaced(line, content),
    }
}

/// The line with its end, which is this value, replaced.
fn replaced(line: &str, value: &str) -> String {
    let after = line.get(line.trim_end().len()..).unwrap_or_default();
    match line.trim_end().strip_suffix(value) {
        Some(before) if !value.is_empty() => format!("{before}{REDACTED}{after}"),
        _ => line.to_owned(),
    }
}

/// `PASSWORD=x`, `password: x` and `--password x` without `x`. What refers to a variable stays.
fn without_assignments(line: &str) -> String {
    let mut new = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(is_of_name) {
        let (before, from) = rest.split_at(at);
        let end = from.find(|sign| !is_of_name(sign)).unwrap_or(from.len());
        let (name, after) = from.split_at(end);
        new.push_str(before);
        new.push_str(name);
        rest = after;
        let Some((sign, value)) = value_after(name, after).filter(|_| names_secret(name)) else { continue };
        let text = value_of(sign, value);
        let between = after.len() - value.len();
        new.push_str(after.get(..between).unwrap_or_default());
        new.push_str(if text.is_empty() || text.starts_with('$') { text } else { REDACTED });
        rest = value.get(text.len()..).unwrap_or_default();
    }
    new + rest
}

/// What follows a name as its value, and the sign between them.
fn value_after<'a>(name: &str, after: &'a str) -> Option<(char, &'a str)> {
    let sign = after.chars().next()?;
    let option = sign == ' ' && name.starts_with("--");
    let value = after.get(1..).filter(|_| matches!(sign, '=' | ':') || option)?;
    let value = if sign == '=' { value } else { value.trim_start_matches(' ') };
    Some((sign, value.strip_prefix(['"', '\'']).unwrap_or(value)))
}

/// A value ends at a quote; one that was assigned or given to an option, at white space too.
fn value_of(sign: char, value: &str) -> &str {
    let ends =
        |c: char| matches!(c, '"' | '\'' | '\n' | '\r') || sign != ':' && (c.is_whitespace() || ";|&".contains(c));
    value.find(ends).map_or(value, |end| value.get(..end).unwrap_or_default())
}

fn is_of_name(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '_' | '-')
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.trim_matches(['"', '\'']).chars().all(is_of_name)
}
