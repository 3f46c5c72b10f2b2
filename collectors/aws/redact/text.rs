//! Texts in which names, ARNs and addresses stand among other words.

use super::pseudonyms::{Origin, Pseudonyms, word};

impl Pseudonyms {
    /// A text with every ARN, address, host, known name and known account in it replaced.
    pub(super) fn text(&self, text: &str) -> String {
        if self.knows(text) {
            return self.name(text, Origin::Name);
        }
        self.scan(text)
    }

    /// The same, piece by piece.
    pub(super) fn scan(&self, text: &str) -> String {
        if text.starts_with("arn:") && !text.contains([',', '"', '\n']) {
            return self.arn(text);
        }
        let mut new = String::with_capacity(text.len());
        let (mut before, mut rest) = (None, text);
        while let Some(sign) = rest.chars().next() {
            let (length, changed) = self.next(before, rest).unwrap_or((sign.len_utf8(), None));
            let (old, after) = rest.split_at(length);
            new.push_str(changed.as_deref().unwrap_or(old));
            (before, rest) = (old.chars().last(), after);
        }
        new
    }

    /// How much of the text is settled from here, and what it becomes. A word begins here, or nothing is settled.
    fn next(&self, before: Option<char>, rest: &str) -> Option<(usize, Option<String>)> {
        if rest.starts_with("arn:") {
            let arn = arn_in(rest);
            return Some((arn.len(), Some(self.arn(arn))));
        }
        let of_address = before.is_none_or(|sign| !sign.is_alphanumeric() && sign != ':');
        if let Some(long) = of_address.then(|| long_address(rest)).flatten() {
            return Some((long.len(), self.address(long)));
        }
        let word = word(rest);
        if word.is_empty() {
            return None;
        }
        let run = run(rest);
        let starts_run = before.is_none_or(|sign| !is_run(sign));
        if let Some(new) = starts_run.then(|| self.address(run).or_else(|| self.host(run))).flatten() {
            return Some((run.len(), Some(new)));
        }
        if let Some(name) = self.name_at(before, rest) {
            return Some((name.len(), Some(self.name(name, Origin::Name))));
        }
        Some((word.len(), Some(self.accounts_in(word))))
    }

    fn host(&self, run: &str) -> Option<String> {
        let email = run.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
        if email {
            return Some(self.name(run, Origin::Part));
        }
        let host = run.contains(".amazonaws.")
            || run.contains(".cloudfront.")
            || run.contains("internal")
            || run.contains(".aws");
        (host && run.contains('.') && !self.knows(run)).then(|| self.aws_host(run)).flatten()
    }
}

fn is_run(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '-' | '_' | '.' | '@')
}

/// Host names, addresses and names have no other signs.
fn run(text: &str) -> &str {
    let end = text.find(|sign| !is_run(sign)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim_end_matches(['.', '-', '@'])
}

fn arn_in(text: &str) -> &str {
    let ends = |sign: char| sign.is_whitespace() || "\"',;<>()[]{}|&=?\\".contains(sign);
    let end = text.find(ends).unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim_end_matches(['.', ':'])
}

/// An IPv6 address that the text begins with.
pub(super) fn long_address(text: &str) -> Option<&str> {
    let end = text.find(|sign: char| !sign.is_ascii_hexdigit() && sign != ':' && sign != '.').unwrap_or(text.len());
    let address = text.get(..end)?.trim_end_matches('.');
    let follows = text.get(end..)?.chars().next().is_some_and(char::is_alphanumeric);
    let colons = address.matches(':').count() >= 2;
    (colons && !follows && address.parse::<std::net::Ipv6Addr>().is_ok()).then_some(address)
}
