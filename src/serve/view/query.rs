//! What addresses ask for: pages of lists, filters, orders. An empty field of a form is one that was left out.

use rung_rules::model::Verdict;
use serde::Deserialize;

use super::super::WebError;
use crate::store::{Filter, Order};

/// The page of a list, counted from 1.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Paging {
    page: Option<String>,
}

/// The highest page that may be asked for.
const MOST_PAGES: i64 = 1_000_000;

/// Reads a page's number.
pub(crate) fn page(text: Option<&str>) -> Result<i64, WebError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(1) };
    let page = text.parse().ok().filter(|page| (1..=MOST_PAGES).contains(page));
    page.ok_or_else(|| WebError::BadInput(format!("page {text:?}: expected a number from 1 to {MOST_PAGES}")))
}

impl Paging {
    pub(crate) fn page(&self) -> Result<i64, WebError> {
        page(self.page.as_deref())
    }
}

/// Which findings, as an address says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) struct Wanted {
    pub(crate) q: Option<String>,
    pub(crate) result: Option<String>,
    pub(crate) control: Option<String>,
    pub(crate) criterion: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) sort: Option<String>,
    pub(crate) page: Option<String>,
}

/// The longest text that is searched for, in characters.
const LONGEST: usize = 200;

impl Wanted {
    fn fields(&self) -> [(&'static str, &Option<String>); 9] {
        [
            ("q", &self.q),
            ("result", &self.result),
            ("control", &self.control),
            ("criterion", &self.criterion),
            ("kind", &self.kind),
            ("account", &self.account),
            ("region", &self.region),
            ("owner", &self.owner),
            ("sort", &self.sort),
        ]
    }

    /// The filter and the order.
    pub(crate) fn read(&self) -> Result<(Filter, Order), WebError> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let filter = Filter {
            q: given(&self.q).map(|q| short(&q)).transpose()?,
            result: given(&self.result)
                .map(|text| word("result", &text, "fail, unknown, pass or not_applicable"))
                .transpose()?,
            control: given(&self.control).map(|text| control(&text)).transpose()?,
            criterion: given(&self.criterion),
            kind: given(&self.kind),
            account: given(&self.account),
            region: given(&self.region),
            owner: given(&self.owner),
        };
        let order = given(&self.sort)
            .map(|text| word("sort", &text, "result, criterion, name, kind, account, region or owner"));
        Ok((filter, order.transpose()?.unwrap_or_default()))
    }

    /// The same question in an address, with one field set anew.
    pub(crate) fn with(&self, name: &str, value: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (own, old) in self.fields() {
            if let Some(old) = old.as_deref().filter(|old| own != name && !old.is_empty()) {
                query.append_pair(own, old);
            }
        }
        if !value.is_empty() {
            query.append_pair(name, value);
        }
        format!("?{}", query.finish())
    }
}

fn short(text: &str) -> Result<String, WebError> {
    match text.chars().count() > LONGEST {
        true => Err(WebError::BadInput(format!("q: expected at most {LONGEST} characters"))),
        false => Ok(text.to_owned()),
    }
}

fn control(text: &str) -> Result<i64, WebError> {
    let number = text.trim().to_ascii_uppercase().trim_start_matches("WAF-PERF-").parse().ok();
    let known = number.filter(|number| (10..=100).contains(number) && number % 10 == 0);
    known.ok_or_else(|| WebError::BadInput(format!("control {text:?}: expected WAF-PERF-010 to WAF-PERF-100")))
}

fn word<T: for<'de> Deserialize<'de>>(name: &str, text: &str, expected: &str) -> Result<T, WebError> {
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .map_err(|_| WebError::BadInput(format!("{name} {text:?}: expected {expected}")))
}

/// Results and their names, as a form offers them.
pub(crate) const RESULTS: [(Verdict, &str); 4] = [
    (Verdict::Fail, "fails"),
    (Verdict::Unknown, "unknown"),
    (Verdict::Pass, "passes"),
    (Verdict::NotApplicable, "not applicable"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(pairs: &[(&str, &str)]) -> Wanted {
        let json: serde_json::Map<_, _> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        serde_json::from_value(json.into()).unwrap()
    }

    #[test]
    fn empty_fields_leave_nothing_out_and_wrong_ones_are_named() {
        assert_eq!(
            wanted(&[("q", " "), ("result", ""), ("sort", "")]).read().unwrap(),
            (Filter::default(), Order::Result)
        );
        let (filter, order) =
            wanted(&[("result", "fail"), ("control", "waf-perf-090"), ("sort", "owner")]).read().unwrap();
        assert_eq!((filter.result, filter.control, order), (Some(Verdict::Fail), Some(90), Order::Owner));
        for (name, value) in [("result", "bad"), ("control", "95"), ("control", "x"), ("sort", "size; DROP")] {
            let error = wanted(&[(name, value)]).read().unwrap_err();
            assert!(matches!(&error, WebError::BadInput(words) if words.contains("expected")), "{error:?}");
        }
        assert!(wanted(&[("q", &"x".repeat(201))]).read().is_err());
        for wrong in ["0", "-1", "x", "1000001", "99999999999999999999"] {
            assert!(page(Some(wrong)).is_err(), "{wrong}");
        }
        assert_eq!((page(None).unwrap(), page(Some("")).unwrap(), page(Some("7")).unwrap()), (1, 1, 7));
    }

    #[test]
    fn an_address_asks_the_same_question_again() {
        let asked = wanted(&[("q", "a&b=\"<"), ("result", "fail"), ("kind", "")]);
        assert_eq!(asked.with("page", "2"), "?q=a%26b%3D%22%3C&result=fail&page=2");
        assert_eq!(asked.with("result", ""), "?q=a%26b%3D%22%3C");
    }
}
