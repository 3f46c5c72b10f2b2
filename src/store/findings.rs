//! Findings of a scan: searched, filtered, sorted, a page at a time; and one of them.

use std::collections::BTreeMap;

use rung_rules::model::Verdict;
use serde::{Deserialize, Serialize};
use sqlx::{Row, any::AnyRow};

use super::{
    ScanRow, Store, StoreError,
    db::Arg,
    rows::{self, of_verdict},
};

/// Which findings; what is absent leaves none out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// Text in name, ARN or tags, whatever its case.
    pub q: Option<String>,
    /// The result.
    pub result: Option<Verdict>,
    /// The control's number: 10 to 100.
    pub control: Option<i64>,
    /// The criterion's full id.
    pub criterion: Option<String>,
    /// The kind of subject.
    pub kind: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// What the tag `owner` says.
    pub owner: Option<String>,
}

/// How they are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// What fails first, then what is not known.
    #[default]
    Result,
    /// By control, level and criterion.
    Criterion,
    /// By name, or by ARN where there is none.
    Name,
    /// By kind of subject.
    Kind,
    /// By account and region.
    Account,
    /// By region.
    Region,
    /// By owner; what has none comes last.
    Owner,
}

impl Order {
    /// Which columns; the last ones make every order a total one, so that no page shows a finding twice.
    fn columns(self) -> String {
        let first = match self {
            Order::Result => "",
            Order::Criterion => "c.control, c.level, c.id, ",
            Order::Name => "LOWER(COALESCE(s.name, s.arn)), ",
            Order::Kind => "s.kind, ",
            Order::Account => "s.account, s.region, ",
            Order::Region => "s.region, ",
            Order::Owner => "CASE WHEN s.owner IS NULL THEN 1 ELSE 0 END, LOWER(s.owner), ",
        };
        format!("{first}f.result, f.criterion, f.subject, f.line")
    }
}

/// A finding in a list.
#[derive(Clone, Debug, Serialize)]
pub struct FindingRow {
    #[serde(skip)]
    pub(super) subject: i64,
    #[serde(skip)]
    pub(super) criterion_num: i64,
    /// The criterion's full id.
    pub criterion: String,
    /// The control's number.
    pub control: i64,
    /// The criterion's level.
    pub level: i64,
    /// What must hold.
    pub statement: String,
    /// How it came out.
    pub result: Verdict,
    /// Whether a waiver excepts it.
    pub waived: bool,
    /// Whether an attestation speaks for it.
    pub attested: bool,
    /// The kind of subject.
    pub kind: String,
    /// The subject.
    pub arn: String,
    /// Its account.
    pub account: String,
    /// Its region.
    pub region: String,
    /// What people call it, in the newest scan.
    pub name: Option<String>,
    /// What its tag `owner` says, in the newest scan.
    pub owner: Option<String>,
    /// The line of `evidence.jsonl` in the bundle, counted from 1.
    pub line: i64,
}

/// The columns of a finding in a list, from findings f, subjects s, criteria c.
pub(super) const COLUMNS: &str = "f.subject, f.line, f.result, f.criterion, f.marks, s.kind, s.arn, s.account, s.region, s.name, s.owner, c.id, \
                       c.control, c.level, c.statement";

impl<'r> sqlx::FromRow<'r, AnyRow> for FindingRow {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        let marks: i64 = row.try_get("marks")?;
        Ok(FindingRow {
            subject: row.try_get("subject")?,
            criterion_num: row.try_get("criterion")?,
            criterion: row.try_get("id")?,
            control: row.try_get("control")?,
            level: row.try_get("level")?,
            statement: row.try_get("statement")?,
            result: rows::verdict(row.try_get("result")?),
            waived: marks & 1 != 0,
            attested: marks & 2 != 0,
            kind: row.try_get("kind")?,
            arn: row.try_get("arn")?,
            account: row.try_get("account")?,
            region: row.try_get("region")?,
            name: row.try_get("name")?,
            owner: row.try_get("owner")?,
            line: row.try_get("line")?,
        })
    }
}

/// A page of findings.
#[derive(Clone, Debug, Serialize)]
pub struct FindingsPage {
    /// These.
    pub findings: Vec<FindingRow>,
    /// How many there are that the filter takes.
    pub total: i64,
}

/// A value that findings can be filtered by.
#[derive(Clone, Debug, Serialize)]
pub struct Facet {
    /// The value.
    pub value: String,
    /// How many findings.
    pub findings: i64,
    /// How many of them fail.
    pub fails: i64,
}

/// The values by field: `kind`, `account`, `region`, `owner`.
pub type Facets = BTreeMap<String, Vec<Facet>>;

/// Values of all fields that are offered at most, those with most fails first.
const OFFERED: i64 = 800;

/// A question being put together.
struct Question {
    conditions: Vec<String>,
    args: Vec<Arg>,
    /// Whether it asks about subjects.
    subjects: bool,
}

impl Question {
    fn new(scan: &ScanRow, filter: &Filter) -> Self {
        let mut question = Question { conditions: Vec::new(), args: Vec::new(), subjects: false };
        question.and("f.scan = ", scan.num, "");
        if let Some(result) = filter.result {
            question.and("f.result = ", of_verdict(result), "");
        }
        if let Some(control) = filter.control {
            question.and("f.criterion IN (SELECT num FROM criteria WHERE control = ", control, ")");
        }
        if let Some(criterion) = &filter.criterion {
            question.and("f.criterion IN (SELECT num FROM criteria WHERE id = ", criterion.as_str(), ")");
        }
        let fields = [
            ("kind", &filter.kind),
            ("account", &filter.account),
            ("region", &filter.region),
            ("owner", &filter.owner),
        ];
        for (field, value) in fields {
            if let Some(value) = value {
                question.subjects = true;
                question.and(&format!("s.{field} = "), value.as_str(), "");
            }
        }
        // Each word somewhere.
        for word in filter.q.iter().flat_map(|q| q.split_whitespace()) {
            question.subjects = true;
            question.and("s.search LIKE ", like(word).as_str(), " ESCAPE '!'");
        }
        question
    }

    fn and(&mut self, before: &str, value: impl Into<Arg>, after: &str) {
        self.args.push(value.into());
        self.conditions.push(format!("{before}${}{after}", self.args.len()));
    }

    fn from(&self, order: Order) -> String {
        let subjects = self.subjects || !matches!(order, Order::Result | Order::Criterion);
        let subjects = if subjects { " JOIN subjects s ON s.num = f.subject" } else { "" };
        let criteria = if order == Order::Criterion { " JOIN criteria c ON c.num = f.criterion" } else { "" };
        format!("FROM findings f{subjects}{criteria} WHERE {}", self.conditions.join(" AND "))
    }
}

/// A pattern that is the word anywhere, and nothing but the word.
fn like(word: &str) -> String {
    let mut pattern = String::from("%");
    for c in word.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

impl Store {
    /// A page of a scan's findings.
    pub async fn findings(
        &self,
        scan: &ScanRow,
        filter: &Filter,
        order: Order,
        offset: i64,
        limit: i64,
    ) -> Result<FindingsPage, StoreError> {
        if scan.removed_at.is_some() {
            return Ok(FindingsPage { findings: Vec::new(), total: 0 });
        }
        let question = Question::new(scan, filter);
        let total = match *filter == Filter::default() {
            true => scan.findings(),
            false => {
                let sql = format!("SELECT COUNT(*) {}", question.from(Order::Result));
                self.db.one::<(i64,)>(sql, question.args.clone()).await?.map_or(0, |count| count.0)
            }
        };
        let (mut args, columns) = (question.args.clone(), order.columns());
        args.extend([limit.into(), offset.into()]);
        let page = format!(
            "SELECT f.subject, f.line, f.result, f.criterion, f.marks {} ORDER BY {columns} LIMIT ${} OFFSET ${}",
            question.from(order),
            args.len() - 1,
            args.len()
        );
        let sql = format!(
            "SELECT {COLUMNS} FROM ({page}) f JOIN subjects s ON s.num = f.subject JOIN criteria c ON c.num = f.criterion ORDER BY {columns}"
        );
        Ok(FindingsPage { findings: self.db.all(sql, args).await?, total })
    }

    /// What a scan's findings can be filtered by.
    pub async fn facets(&self, scan: &ScanRow) -> Result<Facets, StoreError> {
        let sql = "SELECT field, value, findings, fails FROM facets WHERE scan = $1 ORDER BY fails DESC, findings DESC, value LIMIT $2";
        let all: Vec<(String, String, i64, i64)> = self.db.all(sql, vec![scan.num.into(), OFFERED.into()]).await?;
        let mut facets = Facets::new();
        for (field, value, findings, fails) in all {
            facets.entry(field).or_default().push(Facet { value, findings, fails });
        }
        facets.values_mut().for_each(|values| values.sort_by(|a, b| a.value.cmp(&b.value)));
        Ok(facets)
    }

    /// The criteria that a scan held, by control and level: full id and the control's number.
    pub async fn criteria(&self, scan: &ScanRow) -> Result<Vec<(String, i64)>, StoreError> {
        let sql = "SELECT c.id, c.control FROM outcomes o JOIN criteria c ON c.num = o.criterion WHERE o.scan = $1 \
                   ORDER BY c.control, c.level, c.id";
        self.db.all(sql, self.of(scan)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_searched_as_it_is() {
        assert_eq!(like("50%_OFF!"), "%50!%!_off!!%");
        assert_eq!(like("a\\b"), "%a\\b%");
    }
}
