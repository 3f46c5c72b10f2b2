//! A bundle account by account, with nothing held that grows with the evidence. Gaps stand behind all findings in the assessment, and a finding's
//! row names its gaps: so two threads read the assessment, one its findings and one its gaps, each a little ahead.

use std::{
    collections::BTreeMap,
    fmt,
    iter::Peekable,
    path::PathBuf,
    sync::mpsc::{Receiver, sync_channel},
    thread,
};

use rung_rules::model::{Finding, FindingSubject, GapReport, Subject, Verdict};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

use crate::{
    failure::Failure,
    store::{AssessmentHead, Part, SubjectRead, read_assessment},
};

/// Lots that are read ahead; a lot is a thousand.
const AHEAD: usize = 2;

/// A finding as it is read: the assessment's own type is read by way of a map of everything, four times as slow.
#[derive(Deserialize)]
struct Read {
    criterion: String,
    subject: SubjectRead,
    result: Verdict,
    facts: BTreeMap<String, Value>,
    evidence: String,
    #[serde(default)]
    reasons: Vec<String>,
    #[serde(default)]
    attested: bool,
    waived: bool,
}

impl From<Read> for Finding {
    fn from(read: Read) -> Self {
        let SubjectRead { kind, arn, account, region, name, tags } = read.subject;
        let subject = Subject {
            arn: arn.into(),
            account: account.into(),
            region: region.into(),
            name: name.map(Into::into),
            tags,
            tags_gap: None,
        };
        Finding {
            criterion: read.criterion,
            subject: FindingSubject { kind, subject },
            result: read.result,
            facts: read.facts,
            evidence: read.evidence,
            reasons: read.reasons,
            attested: read.attested,
            waived: read.waived,
        }
    }
}

/// What a thread hands on. Without its end something went wrong, and what came is not all.
enum Piece<T> {
    Some(Vec<T>),
    End(Result<(), Failure>),
}

/// Items that a thread reads.
struct Items<T> {
    pieces: Receiver<Piece<T>>,
    some: std::vec::IntoIter<T>,
    ended: bool,
}

impl<T: Send + 'static> Items<T> {
    fn read(read: impl FnOnce(&mut dyn FnMut(Vec<T>) -> bool) -> Result<(), Failure> + Send + 'static) -> Self {
        let (send, pieces) = sync_channel(AHEAD);
        thread::spawn(move || {
            let end = read(&mut |some| send.send(Piece::Some(some)).is_ok());
            // Nobody waits for it where the writing ended early.
            let _ = send.send(Piece::End(end));
        });
        Items { pieces, some: Vec::new().into_iter(), ended: false }
    }
}

impl<T> Iterator for Items<T> {
    type Item = Result<T, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            if let Some(item) = self.some.next() {
                return Some(Ok(item));
            }
            match self.pieces.recv() {
                Ok(Piece::Some(some)) => self.some = some.into_iter(),
                Ok(Piece::End(end)) => {
                    self.ended = true;
                    return end.err().map(Err);
                }
                Err(_) => {
                    self.ended = true;
                    return Some(Err(Failure::usage("the assessment could not be read to its end")));
                }
            }
        }
        None
    }
}

/// What the assessment says as a whole, and its findings.
pub(super) fn findings(assessment: PathBuf) -> Result<(Box<AssessmentHead>, Group<Finding>), Failure> {
    let (tell, told) = sync_channel(1);
    let mut items = Items::read(move |take| {
        let (mut begun, mut whole) = (false, false);
        let read = read_assessment::<Read>(&assessment, &mut |part| match part {
            Part::Head(head) => tell.send(head).is_ok(),
            Part::Findings(some) => {
                begun = true;
                take(some.into_iter().map(Finding::from).collect())
            }
            // What follows the findings is for the other thread.
            Part::Gaps(_) => {
                whole = begun;
                !begun
            }
        });
        if whole { Ok(()) } else { read }
    });
    match told.recv() {
        Ok(head) => Ok((head, Group::new("findings", items, |one| &one.subject.subject.account))),
        Err(_) => Err(items.find_map(Result::err).unwrap_or_else(|| Failure::usage("the assessment is empty"))),
    }
}

/// The gaps of the assessment, with what they hide.
pub(super) fn gaps(assessment: PathBuf) -> Group<GapReport> {
    let items = Items::read(move |take| {
        read_assessment::<IgnoredAny>(&assessment, &mut |part| match part {
            Part::Gaps(some) => take(some),
            Part::Head(_) | Part::Findings(_) => true,
        })
    });
    Group::new("gaps", items, |one| &one.gap.account)
}

type Boxed<T> = Box<dyn Iterator<Item = Result<T, Failure>> + Send>;

/// Items in the order of accounts.
pub(super) struct Group<T> {
    what: &'static str,
    items: Peekable<Boxed<T>>,
    account: fn(&T) -> &str,
}

impl<T> Group<T> {
    pub(super) fn new(
        what: &'static str,
        items: impl Iterator<Item = Result<T, Failure>> + Send + 'static,
        account: fn(&T) -> &str,
    ) -> Self {
        Group { what, items: (Box::new(items) as Boxed<T>).peekable(), account }
    }

    /// The account of the next item; none at the end.
    pub(super) fn account(&mut self) -> Result<Option<String>, Failure> {
        if let Some(failed) = self.items.next_if(Result::is_err) {
            return failed.map(|_| None);
        }
        let next = self.items.peek().and_then(|item| item.as_ref().ok());
        Ok(next.map(|item| (self.account)(item).to_owned()))
    }

    /// The next item, if it is of this account.
    pub(super) fn next_of(&mut self, id: &str) -> Option<Result<T, Failure>> {
        let account = self.account;
        self.items.next_if(|item| item.as_ref().map_or(true, |item| account(item) == id))
    }

    /// That its items are not in the order of accounts.
    pub(super) fn out_of_order(&self, id: &str) -> Failure {
        Failure::usage(format!(
            "the {} of the bundle are not in the order of accounts: {id:?} comes twice. Was it changed?",
            self.what
        ))
    }
}

impl<T> fmt::Debug for Group<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group").field("what", &self.what).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_ends_without_a_word_is_no_end_of_the_list() {
        let mut items = Items::read(|take| {
            take(vec![1, 2]);
            panic!("a defect");
        });
        assert_eq!((items.next().unwrap().unwrap(), items.next().unwrap().unwrap()), (1, 2));
        assert!(items.next().unwrap().unwrap_err().message.contains("to its end"));
        assert!(items.next().is_none());
    }

    #[test]
    fn what_follows_a_failure_is_not_taken_for_all() {
        let mut items = Items::read(|take| {
            take(vec![1]);
            Err(Failure::usage("torn"))
        });
        assert_eq!(items.next().unwrap().unwrap(), 1);
        assert_eq!(items.next().unwrap().unwrap_err().message, "torn");
    }
}
