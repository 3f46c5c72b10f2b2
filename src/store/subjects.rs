//! Subjects once, however many scans saw them: found again by a digest of what they are, with the words of the newest scan.

use std::collections::HashMap;

use rung_rules::model::Tags;
use sha2::{Digest, Sha256};

use super::{
    StoreError,
    db::{Arg, Change, ask, insert, places, tell},
    stream::Subject,
};

/// Subjects whose numbers are remembered while a scan is added; an organisation has more.
const REMEMBERED: usize = 200_000;
/// Digests asked for at once.
const ASKED: usize = 500;
/// Bytes of text that are searched; AWS allows about 19,000 bytes of tags.
const SEARCHED: usize = 32 * 1024;
/// Bytes of an owner: AWS allows a tag's value 256 characters.
const OWNER: usize = 1024;

/// The numbers of subjects, while a scan is added.
pub(super) struct Subjects {
    known: HashMap<String, i64>,
    next: i64,
    newest: bool,
}

impl Subjects {
    /// `newest`: whether no other scan is newer than the one that is added, so that its words count.
    pub(super) async fn begin(change: &mut Change, newest: bool) -> Result<Self, StoreError> {
        let last: Vec<(i64,)> = ask(change, "SELECT COALESCE(MAX(num), 0) FROM subjects", Vec::new()).await?;
        Ok(Subjects { known: HashMap::new(), next: last.first().map_or(0, |last| last.0) + 1, newest })
    }

    /// The number of each; those that no scan saw before are written.
    pub(super) async fn numbers(&mut self, change: &mut Change, all: &[&Subject]) -> Result<Vec<i64>, StoreError> {
        if self.known.len() > REMEMBERED {
            self.known.clear();
        }
        let digests: Vec<String> = all.iter().map(|subject| digest(subject)).collect();
        let mut strange: Vec<(&String, &&Subject)> =
            digests.iter().zip(all).filter(|(digest, _)| !self.known.contains_key(*digest)).collect();
        strange.sort_by(|a, b| a.0.cmp(b.0));
        strange.dedup_by(|a, b| a.0 == b.0);
        for some in strange.chunks(ASKED) {
            self.learn(change, some).await?;
        }
        let number = |digest: &String| self.known.get(digest).copied();
        let missing = || StoreError::Defect(anyhow::anyhow!("a subject was not written"));
        digests.iter().map(|digest| number(digest).ok_or_else(missing)).collect()
    }

    async fn learn(&mut self, change: &mut Change, some: &[(&String, &&Subject)]) -> Result<(), StoreError> {
        let list = places(1, some.len());
        let args = some.iter().map(|(digest, _)| Arg::from(digest.as_str())).collect();
        let there: Vec<(String, i64, String)> =
            ask(change, format!("SELECT digest, num, words FROM subjects WHERE digest IN {list}"), args).await?;
        let there: HashMap<String, (i64, String)> =
            there.into_iter().map(|(digest, num, words)| (digest, (num, words))).collect();
        let mut rows = Vec::new();
        for (digest, subject) in some {
            let words = Words::of(subject);
            let num = match there.get(*digest) {
                Some((num, old)) => {
                    if self.newest && *old != words.digest {
                        words.renew(change, *num).await?;
                    }
                    *num
                }
                None => {
                    let num = self.next;
                    self.next += 1;
                    rows.push(words.row(num, digest, subject));
                    num
                }
            };
            self.known.insert((*digest).clone(), num);
        }
        insert(change, "subjects (num, digest, words, kind, account, region, owner, name, arn, search)", 10, &rows)
            .await
    }
}

/// What may change of a subject while it stays the same.
struct Words {
    digest: String,
    owner: Option<String>,
    name: Option<String>,
    search: String,
}

impl Words {
    fn of(subject: &Subject) -> Self {
        let owner = owner(&subject.tags).map(|owner| cut(owner, OWNER).to_owned());
        let mut search = vec![subject.name.clone().unwrap_or_default(), subject.arn.clone()];
        search.extend(subject.tags.iter().map(|(key, value)| format!("{key}={value}")));
        let search = search.join("\n").to_lowercase();
        let digest = hash(&(&subject.name, &subject.tags));
        Words { digest, owner, name: subject.name.clone(), search: cut(&search, SEARCHED).to_owned() }
    }

    fn row(&self, num: i64, digest: &str, subject: &Subject) -> Vec<Arg> {
        vec![
            num.into(),
            digest.into(),
            self.digest.as_str().into(),
            subject.kind.as_str().into(),
            subject.account.as_str().into(),
            subject.region.as_str().into(),
            self.owner.as_deref().into(),
            self.name.as_deref().into(),
            subject.arn.as_str().into(),
            self.search.as_str().into(),
        ]
    }

    async fn renew(&self, change: &mut Change, num: i64) -> Result<(), StoreError> {
        let sql = "UPDATE subjects SET words = $1, owner = $2, name = $3, search = $4 WHERE num = $5";
        let (owner, name) = (self.owner.as_deref().into(), self.name.as_deref().into());
        let args = vec![self.digest.as_str().into(), owner, name, self.search.as_str().into(), num.into()];
        tell(change, sql, args).await.map(drop)
    }
}

/// The tag that says whose it is: `owner`, however it is written.
pub(super) fn owner(tags: &Tags) -> Option<&str> {
    tags.iter()
        .find(|(key, _)| key.eq_ignore_ascii_case("owner"))
        .map(|(_, value)| &**value)
        .filter(|owner| !owner.is_empty())
}

/// The owner as it is counted.
pub(super) fn owner_of(subject: &Subject) -> Option<&str> {
    owner(&subject.tags).map(|owner| cut(owner, OWNER))
}

fn digest(subject: &Subject) -> String {
    hash(&(&subject.kind, &subject.arn, &subject.account, &subject.region))
}

/// 128 bits of SHA-256 of its JSON, in hexadecimal.
pub(super) fn hash(what: &impl serde::Serialize) -> String {
    let bytes = serde_json::to_vec(what).unwrap_or_default();
    hex::encode(Sha256::digest(bytes)).chars().take(32).collect()
}

/// Not more than so many bytes of a text.
fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_found_and_texts_end_at_characters() {
        let tags = |key: &str, value: &str| [(key.into(), value.into())].into_iter().collect::<Tags>();
        assert_eq!(owner(&tags("Owner", "media")), Some("media"));
        assert_eq!(owner(&tags("owners", "media")), None);
        assert_eq!(owner(&tags("owner", "")), None);
        assert_eq!((cut("äö", 3), cut("äö", 4), cut("äö", 9), cut("äö", 1)), ("ä", "äö", "äö", ""));
    }
}
