//! Which resources count as production.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wildmatch::WildMatch;

use super::{Cause, Evidence, Gap, GapId, Subject};
use crate::facts::Kind;

/// A text with `*` for any characters and `?` for one; upper and lower case are the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Pattern(pub String);

impl Pattern {
    /// Whether the text is of this form.
    pub fn matches(&self, text: &str) -> bool {
        WildMatch::new_case_insensitive(&self.0).matches(text)
    }

    /// Whether it stands for one text only.
    pub fn is_literal(&self) -> bool {
        !self.0.contains(['*', '?'])
    }
}

/// A tag and the values that count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TagRule {
    /// The tag's key, as it is written in AWS.
    pub key: String,
    /// One of these is enough.
    pub values: Vec<Pattern>,
}

impl TagRule {
    /// Whether a subject carries the tag with one of the values.
    pub fn holds(&self, subject: &Subject) -> bool {
        subject.tags.get(&self.key).is_some_and(|value| self.values.iter().any(|pattern| pattern.matches(value)))
    }
}

/// Which resources count. Empty parts leave nothing out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeRule {
    /// All of these tags, each with one of its values.
    #[serde(default)]
    pub tags: Vec<TagRule>,
    /// One of these account ids.
    #[serde(default)]
    pub accounts: Vec<Pattern>,
    /// One of these regions; what has no region always counts.
    #[serde(default)]
    pub regions: Vec<Pattern>,
}

/// Whether a subject counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Membership {
    /// It counts.
    In,
    /// The rule leaves it out.
    Out,
    /// Its tags could not be read.
    Unknown(GapId),
}

/// Kinds that stand for a whole account, or for what people keep: they have no tags to choose by.
const UNTAGGED: &[Kind] = &[
    Kind::StorageAutomation,
    Kind::RegionalNetwork,
    Kind::GlobalNetwork,
    Kind::CacheDemand,
    Kind::Monitoring,
    Kind::SizingPractice,
    Kind::RegionalDelivery,
    Kind::DebtDetection,
    Kind::DebtRegister,
    Kind::DebtEntry,
    Kind::OpsItem,
];

impl ScopeRule {
    /// Whether it leaves nothing out.
    pub fn is_everything(&self) -> bool {
        self.tags.is_empty() && self.accounts.is_empty() && self.regions.is_empty()
    }

    /// The rule in words, for the report.
    pub fn words(&self) -> String {
        if self.is_everything() {
            return "every resource counts as production".to_owned();
        }
        let list = |patterns: &[Pattern]| patterns.iter().map(|p| p.0.as_str()).collect::<Vec<_>>().join(" or ");
        let mut parts: Vec<String> =
            self.tags.iter().map(|rule| format!("tag {} is {}", rule.key, list(&rule.values))).collect();
        if !self.accounts.is_empty() {
            parts.push(format!("account is {}", list(&self.accounts)));
        }
        if !self.regions.is_empty() {
            parts.push(format!("region is {}", list(&self.regions)));
        }
        format!("production is what has: {}", parts.join(", and "))
    }

    /// Whether resources of an account and region can count at all.
    pub(crate) fn covers_place(&self, account: &str, region: &str) -> bool {
        let one_of = |patterns: &[Pattern], text: &str| patterns.is_empty() || patterns.iter().any(|p| p.matches(text));
        one_of(&self.accounts, account) && (region == "global" || one_of(&self.regions, region))
    }

    /// Whether a subject counts. Without tags it does not, unless its tags could not be read.
    pub(crate) fn membership(&self, evidence: &Evidence) -> Membership {
        let subject = &evidence.subject;
        if !self.covers_place(&subject.account, &subject.region) {
            return Membership::Out;
        }
        if UNTAGGED.contains(&evidence.facts.kind()) || self.tags.iter().all(|rule| rule.holds(subject)) {
            return Membership::In;
        }
        match subject.tags_gap {
            Some(gap) => Membership::Unknown(gap),
            None => Membership::Out,
        }
    }
}

/// Whether a kind's subjects are told apart by tags at all.
pub fn has_tags(kind: Kind) -> bool {
    !UNTAGGED.contains(&kind)
}

/// Today's date of an evidence set, in UTC.
pub(crate) fn date(now: jiff::Timestamp) -> Date {
    now.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// The gap of tags that a scan did not ask for.
pub fn tags_not_asked(id: GapId, account: &str) -> Gap {
    Gap {
        id,
        operation: "tag:GetResources".to_owned(),
        account: account.to_owned(),
        region: "global".to_owned(),
        what: "tags of resources whose lists carry none".to_owned(),
        cause: Cause::NotRequested,
        detail: String::new(),
        opens_with: "scan again with this scope in rung.toml".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        facts::Bucket,
        testing::{GAP, known},
    };

    fn evidence(tags: &[(&str, &str)]) -> Evidence {
        let subject = Subject {
            arn: "arn:aws:s3:::b".into(),
            account: "123456789012".into(),
            region: "eu-west-1".into(),
            name: None,
            tags: tags.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
            tags_gap: None,
        };
        let bucket = Bucket {
            size_bytes: known(0.0),
            intelligent_tiering: known(false),
            lifecycle: known(false),
            intelligent_tiering_bytes: known(0.0),
        };
        Evidence { subject, facts: bucket.into() }
    }

    fn production() -> ScopeRule {
        let values = ["prod*", "live"].map(|value| Pattern(value.to_owned())).to_vec();
        ScopeRule { tags: vec![TagRule { key: "environment".to_owned(), values }], ..ScopeRule::default() }
    }

    #[test]
    fn tags_choose_by_pattern_without_regard_to_case() {
        for (value, membership) in [
            ("production", Membership::In),
            ("Prod", Membership::In),
            ("live", Membership::In),
            ("staging", Membership::Out),
        ] {
            assert_eq!(production().membership(&evidence(&[("environment", value)])), membership, "{value}");
        }
        assert_eq!(production().membership(&evidence(&[("env", "prod")])), Membership::Out);
    }

    #[test]
    fn unread_tags_leave_it_open() {
        let mut unread = evidence(&[]);
        assert_eq!(production().membership(&unread), Membership::Out);
        unread.subject.tags_gap = Some(GAP);
        assert_eq!(production().membership(&unread), Membership::Unknown(GAP));
    }

    #[test]
    fn accounts_and_regions_choose_too() {
        let rule = |accounts: &str, regions: &str| ScopeRule {
            accounts: vec![Pattern(accounts.to_owned())],
            regions: vec![Pattern(regions.to_owned())],
            ..ScopeRule::default()
        };
        assert_eq!(rule("1234*", "eu-*").membership(&evidence(&[])), Membership::In);
        assert_eq!(rule("1234*", "us-*").membership(&evidence(&[])), Membership::Out);
        assert_eq!(rule("999*", "eu-*").membership(&evidence(&[])), Membership::Out);
        let mut global = evidence(&[]);
        global.subject.region = "global".into();
        assert_eq!(rule("1234*", "us-*").membership(&global), Membership::In);
    }

    #[test]
    fn the_rule_is_told_in_words() {
        assert_eq!(ScopeRule::default().words(), "every resource counts as production");
        assert_eq!(production().words(), "production is what has: tag environment is prod* or live");
    }
}
