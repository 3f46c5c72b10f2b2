//! Pseudonyms: the same value has the same one wherever it stands, and only who knows every value could work them out.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    net::IpAddr,
};

use sha2::{Digest, Sha256};

use super::{
    text::long_address,
    vocabulary::{is_in_sentences, is_vocabulary, purposes},
};

/// Where a replaced value came from: how sure it is that the same text elsewhere means the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// What people wrote: never looked for elsewhere.
    Prose,
    /// A part of a name or a tag's value: looked for elsewhere only if it is distinctive.
    Part,
    /// A name.
    Name,
}

/// What a first pass finds.
#[derive(Debug, Default)]
pub(super) struct Learned {
    names: BTreeMap<String, Origin>,
    accounts: BTreeSet<String>,
    vocabulary: HashSet<String>,
}

/// The names of a recording and their pseudonyms.
#[derive(Debug, Default)]
pub(super) struct Pseudonyms {
    key: Vec<u8>,
    accounts: BTreeSet<String>,
    vocabulary: HashSet<String>,
    names: HashSet<String>,
    /// Names to look for inside texts, without what is neither letter nor digit before them.
    in_texts: HashSet<String>,
    /// The first words of those, with the length of the longest name that begins so.
    first_words: HashMap<String, usize>,
    learning: Option<RefCell<Learned>>,
}

impl Pseudonyms {
    /// For the first pass: remembers what it replaces.
    pub(super) fn learning() -> Self {
        Pseudonyms { learning: Some(RefCell::default()), ..Pseudonyms::default() }
    }

    /// For the second pass. The key is made of everything that is replaced: whoever lacks one of the values cannot test a guess.
    pub(super) fn learned(self) -> Self {
        let Learned { names, accounts, vocabulary } = self.learning.map(RefCell::into_inner).unwrap_or_default();
        let mut key = Sha256::new();
        for value in names.keys().chain(&accounts) {
            key.update((value.len() as u64).to_be_bytes());
            key.update(value.as_bytes());
        }
        let mut all = Pseudonyms { key: key.finalize().to_vec(), accounts, vocabulary, ..Pseudonyms::default() };
        for (name, origin) in names.into_iter().filter(|(name, _)| name.len() > 1 && !is_vocabulary(name)) {
            let sure = match origin {
                Origin::Prose => false,
                Origin::Part => is_distinctive(&name),
                Origin::Name => true,
            };
            if sure && !all.vocabulary.contains(&name) {
                all.add(name);
            }
        }
        all
    }

    fn add(&mut self, name: String) {
        let inner = name.trim_start_matches(|sign: char| !sign.is_alphanumeric());
        if inner.len() > 2 && !is_in_sentences(inner) {
            let longest = self.first_words.entry(word(inner).to_owned()).or_default();
            *longest = inner.len().max(*longest);
            self.in_texts.insert(inner.to_owned());
        }
        self.names.insert(name);
    }

    /// Remembers an account.
    pub(super) fn note_account(&self, account: &str) {
        if let Some(learned) = self.learning.as_ref().filter(|_| is_account(account)) {
            learned.borrow_mut().accounts.insert(account.to_owned());
        }
    }

    /// Remembers a word of AWS's.
    pub(super) fn note_vocabulary(&self, text: &str) {
        if let Some(learned) = self.learning.as_ref().filter(|_| text.len() <= 64 && !text.contains("arn:")) {
            learned.borrow_mut().vocabulary.insert(text.to_owned());
        }
    }

    pub(super) fn note(&self, name: &str, origin: Origin) {
        if let Some(learned) = &self.learning {
            let mut learned = learned.borrow_mut();
            let known = learned.names.entry(name.to_owned()).or_insert(origin);
            *known = origin.max(*known);
        }
    }

    pub(super) fn hash(&self, value: &str) -> [u8; 32] {
        let salted = Sha256::new().chain_update("rung/pseudonym/v1").chain_update(&self.key);
        salted.chain_update(value.as_bytes()).finalize().into()
    }

    /// A pseudonym that is valid wherever a name is: letters and digits, and what the name says of its purpose.
    pub(super) fn pseudonym(&self, value: &str, origin: Origin) -> String {
        self.note(value, origin);
        let digest = hex::encode(self.hash(value));
        let mut new = format!("n{}", digest.get(..12).unwrap_or_default());
        for purpose in purposes(value) {
            new.push('-');
            new.push_str(purpose);
        }
        new
    }

    /// Another account.
    pub(super) fn account(&self, account: &str) -> String {
        if !is_account(account) {
            return account.to_owned();
        }
        self.note_account(account);
        let [a, b, c, d, e, f, g, h, ..] = self.hash(account);
        format!("{:012}", u64::from_be_bytes([a, b, c, d, e, f, g, h]) % 1_000_000_000_000)
    }

    /// Every known account in a text.
    pub(super) fn accounts_in(&self, text: &str) -> String {
        let known = |digits: &str| self.accounts.contains(digits);
        let mut new = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(|sign: char| sign.is_ascii_digit()) {
            let (before, digits) = rest.split_at(at);
            let end = digits.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(digits.len());
            let (number, after) = digits.split_at(end);
            new.push_str(before);
            new.push_str(&if known(number) { self.account(number) } else { number.to_owned() });
            rest = after;
        }
        new + rest
    }

    /// What people wrote.
    pub(super) fn prose(&self, text: &str) -> String {
        self.pseudonym(text, Origin::Prose)
    }

    /// A name, perhaps a path of types, names and ids: `app/my-alb/50dc6c495c0c9188`, `function:live`.
    pub(super) fn name(&self, text: &str, origin: Origin) -> String {
        if text.contains("arn:aws") || long_address(text).is_some() {
            return self.scan(text);
        }
        if self.keeps(text) {
            return text.to_owned();
        }
        let parts: Vec<_> = text.split_inclusive(['/', ':']).collect();
        if parts.len() > 1 {
            self.note(text, origin);
        }
        let origin = if parts.len() > 1 { origin.min(Origin::Part) } else { origin };
        parts.into_iter().map(|part| self.delimited(part, origin)).collect()
    }

    pub(super) fn delimited(&self, part: &str, origin: Origin) -> String {
        let name = part.trim_end_matches(['/', ':']);
        let end = part.strip_prefix(name).unwrap_or_default();
        self.part(name, origin) + end
    }

    /// A name without `/` and `:`.
    fn part(&self, name: &str, origin: Origin) -> String {
        if is_account(name) {
            return self.account(name);
        }
        if let Some(new) = self.address(name).or_else(|| self.aws_host(name)) {
            return new;
        }
        if self.keeps(name) {
            return name.to_owned();
        }
        let dotted = name.contains('.') && !name.contains(' ');
        if dotted { self.dotted(name, origin) } else { self.pseudonym(name, origin) }
    }

    pub(super) fn keeps(&self, name: &str) -> bool {
        let someones = is_account(name) || name.parse::<IpAddr>().is_ok();
        !someones && (is_vocabulary(name) || self.vocabulary.contains(name))
    }

    /// Whether the whole text is a known name.
    pub(super) fn knows(&self, text: &str) -> bool {
        self.names.contains(text)
    }

    /// The longest known name that begins here, as a word of its own unless it is distinctive.
    pub(super) fn name_at<'t>(&self, before: Option<char>, rest: &'t str) -> Option<&'t str> {
        let longest = *self.first_words.get(word(rest))?;
        let ends = rest.char_indices().map(|(at, sign)| at + sign.len_utf8()).take_while(|end| *end <= longest);
        let mut names: Vec<_> = ends.filter_map(|end| rest.split_at_checked(end)).collect();
        names.reverse();
        let known = |(name, after): &(&str, &str)| {
            let whole = !(name.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric));
            whole && self.in_texts.contains(*name) && (stands_alone(before, after) || is_distinctive(name))
        };
        names.into_iter().find(known).map(|(name, _)| name)
    }
}

/// Whether a name between these is no part of a longer one.
fn stands_alone(before: Option<char>, after: &str) -> bool {
    let joins = |sign: char| matches!(sign, '-' | '_' | '.' | '@');
    let mut signs = after.chars();
    let (first, second) = (signs.next(), signs.next());
    let ends = first.is_none_or(|sign| !joins(sign) || sign == '.' && second.is_none_or(|s| !s.is_alphanumeric()));
    ends && before.is_none_or(|sign| !joins(sign))
}

/// The letters and digits that a text begins with.
pub(super) fn word(text: &str) -> &str {
    let end = text.find(|sign: char| !sign.is_alphanumeric()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// 12 digits.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is not a word that AWS may use as well.
fn is_distinctive(text: &str) -> bool {
    let marked = |sign: char| sign.is_ascii_digit() || matches!(sign, '-' | '_' | '.' | '/' | '@' | ' ' | ':');
    text.len() >= 6 && text.contains(marked) && !is_vocabulary(text)
}
