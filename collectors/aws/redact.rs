//! What never reaches the disk, and, when asked, pseudonyms for what identifies an account.
//!
//! Bodies are changed text by text, in place: every other byte stays, because a replay matches requests byte by byte.

mod cbor;
mod kinds;
mod places;
mod pseudonyms;
mod scripts;
mod secrets;
mod text;
mod tree;
mod vocabulary;
mod walk;

#[cfg(test)]
mod tests;

use kinds::{Kind, is_closed, kind};
use pseudonyms::{Origin, Pseudonyms};
use walk::{Leaf, Part, walk};

use super::wire::{Exchange, RecordedBody, RecordingHeader};

/// Removes what may be secret from an exchange: signatures in its path, and values of secret fields in its bodies.
pub(crate) fn remove_secrets(exchange: &mut Exchange) {
    if let Some(path) = secrets::unsigned(&exchange.request.path) {
        exchange.request.path = path;
    }
    walk(exchange, &mut |leaf| secrets::without_secret(leaf)).apply(exchange);
}

/// Stable pseudonyms for account ids, names, addresses and tag values.
///
/// What is replaced by its place (names, tag values, ARNs, hosts, addresses) is also looked for everywhere else. AWS's own
/// words, numbers, dates and ids are kept, even if something is named like one of them.
#[derive(Debug, Default)]
pub struct Redactor {
    pseudonyms: Pseudonyms,
}

impl Redactor {
    /// Learns every name that has to be replaced.
    pub fn learn(exchanges: &[Exchange]) -> Self {
        let learning = Pseudonyms::learning();
        for exchange in exchanges {
            learning.note_account(&exchange.account);
            walk(exchange, &mut |leaf| rewritten(&learning, leaf));
        }
        Redactor { pseudonyms: learning.learned() }
    }

    /// Replaces them everywhere, so that joins stay intact.
    pub fn apply(&self, header: &mut RecordingHeader, exchanges: &mut [Exchange]) {
        header.account = self.pseudonyms.account(&header.account);
        header.redacted = true;
        for exchange in exchanges {
            exchange.account = self.pseudonyms.account(&exchange.account);
            walk(exchange, &mut |leaf| rewritten(&self.pseudonyms, leaf)).apply(exchange);
            hide_unreadable(&mut exchange.request.body);
            hide_unreadable(&mut exchange.answer.body);
        }
    }
}

fn rewritten(pseudonyms: &Pseudonyms, leaf: &Leaf<'_>) -> Option<String> {
    let text = leaf.text;
    if text.is_empty() || text == secrets::REDACTED || tree::json(text).is_some() {
        return None;
    }
    Some(match kind(leaf) {
        Kind::Vocabulary => {
            if leaf.part == Part::Value && is_closed(leaf.own()) {
                pseudonyms.note_vocabulary(text);
            }
            pseudonyms.accounts_in(text)
        }
        Kind::Name => pseudonyms.name(text, Origin::Name),
        Kind::Record => text.split(' ').map(|word| pseudonyms.name(word, Origin::Name)).collect::<Vec<_>>().join(" "),
        Kind::Tag => pseudonyms.name(text, Origin::Part),
        Kind::TagKey => tag_key(pseudonyms, text),
        Kind::After(begin) => {
            let names = text.strip_prefix(begin).unwrap_or_default().split(' ');
            begin.to_owned() + &names.map(|name| pseudonyms.name(name, Origin::Part)).collect::<Vec<_>>().join(" ")
        }
        Kind::Prose => pseudonyms.prose(text),
        Kind::Free if scripts::is_script(leaf) => scripts::without_hosts(text, pseudonyms),
        Kind::Free => pseudonyms.text(text),
    })
}

/// Names of tags stay, but for the cluster that Kubernetes puts into them.
fn tag_key(pseudonyms: &Pseudonyms, key: &str) -> String {
    match key.split_once("/cluster/") {
        Some((domain, cluster)) => format!("{domain}/cluster/{}", pseudonyms.name(cluster, Origin::Name)),
        None => pseudonyms.accounts_in(key),
    }
}

/// Bytes that nobody here can read may hold anything.
fn hide_unreadable(body: &mut RecordedBody) {
    let readable = |bytes: Vec<u8>| cbor::read(&bytes).is_some();
    if matches!(body, RecordedBody::Binary { .. }) && !body.bytes().is_ok_and(readable) {
        *body = RecordedBody::Text { text: secrets::REDACTED.to_owned() };
    }
}
