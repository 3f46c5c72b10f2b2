use super::{Register, Wrong};

pub(super) const CSV: &str = "\
ID,Description,Business impact,Affected services,Owner,Priority,Target date,Status,Opened,Closed,Ticket
PD-1,\"slow search, twice a day\",p95 +400 ms,search,Ada,high,2026-12-31,open,2026-09-01,,T-1
PD-2,cold starts,,checkout,Bob,low,,done,2026-05-01,2026-10-30,T-2
";

pub(super) const MARKDOWN: &str = "\
# Debt

Some words.

| id | description | impact | affected services | owner | priority | target date | reviewed |
|----|-------------|--------|-------------------|-------|----------|-------------|----------|
| PD-1 | slow \\| search | 12 % of orders | `search` | Ada | high | 2026-12-31 | 2026-08-01; 2026-11-02 |

| review | who |
|---|---|
| 2026-11-20 | leadership |

More words.
";

pub(super) const TOML: &str = "\
reviews = [2026-11-20]

[[entry]]
id = \"PD-1\"
description = \"slow search\"
impact = \"12 % of orders\"
affected_services = [\"search\", \"shop\"]
owner = \"Ada\"
priority = 1
target_date = 2026-12-31
";

fn wrong(name: &str, text: &str) -> String {
    Register::parse(name, text.as_bytes()).expect_err("it is wrong").to_string()
}

#[test]
fn three_formats_say_the_same() {
    let csv = Register::parse("debt.csv", CSV.as_bytes()).unwrap();
    assert_eq!(csv.entries.len(), 2);
    assert!(csv.entries[0].is_open() && csv.entries[0].is_complete());
    assert!(!csv.entries[1].is_open());
    let semicolons = CSV.replace("\"slow search, twice a day\"", "slow").replace(',', ";");
    assert_eq!(Register::parse("debt.CSV", semicolons.as_bytes()).unwrap().entries.len(), 2);

    let markdown = Register::parse("debt.md", MARKDOWN.as_bytes()).unwrap();
    assert_eq!(markdown.entries[0].description, "slow | search");
    assert_eq!(markdown.entries[0].services, "search");
    assert_eq!(markdown.entries[0].reviewed.len(), 2);
    assert_eq!(markdown.reviews[0].to_string(), "2026-11-20");

    let toml = Register::parse("debt.toml", TOML.as_bytes()).unwrap();
    assert_eq!((toml.entries[0].services.as_str(), toml.entries[0].priority.as_str()), ("search; shop", "1"));
    assert_eq!(toml.reviews.len(), 1);
}

#[test]
fn what_is_wrong_is_told_with_row_and_column() {
    for (name, text, expected) in [
        ("d.csv", CSV.replace("2026-12-31", "soon"), "row in line 2, column \"Target date\": \"soon\" is no date"),
        (
            "d.csv",
            CSV.replace("PD-2", "PD-1"),
            "row in line 3, column \"ID\": the id \"PD-1\" stands already in line 2",
        ),
        ("d.csv", CSV.replace("PD-2", ""), "row in line 3, column \"ID\": the id is empty"),
        ("d.csv", CSV.replace(",T-2", ""), "row in line 3: 10 cells, the header has 11"),
        ("d.csv", CSV.replace("Owner", "Boss"), "row in line 1: columns are missing: owner. Found: ID, Description"),
        ("d.csv", CSV.replace("Ticket", "Due"), "column \"Due\": this column stands twice"),
        ("d.csv", String::new(), "it is empty"),
        (
            "d.md",
            MARKDOWN.replace("2026-12-31", "31.12."),
            "row in line 7, column \"target date\": \"31.12.\" is no date",
        ),
        ("d.md", MARKDOWN.replace("2026-11-20", "x"), "row in line 11, column \"review\""),
        ("d.md", "words".to_owned(), "there is no table"),
        ("d.md", MARKDOWN.replace("| id ", "| no "), "no table has an id column"),
        ("d.toml", TOML.replace("owner", "boss"), "row in line 3: the entry lacks owner"),
        ("d.toml", TOML.replace("2026-12-31", "\"x\""), "row in line 10, column \"target_date\""),
        ("d.toml", [TOML, "[[entry]]"].concat().replace("[[entry]]\nid", "[[entries]]\nid"), "unknown key \"entries\""),
        ("d.toml", "x = [".to_owned(), "row in line 1: "),
        ("d.toml", String::new(), "it is empty"),
        ("d.xlsx", CSV.to_owned(), "ends neither in .csv, .md nor .toml"),
    ] {
        let message = wrong(name, &text);
        assert!(message.contains(expected), "{name}: {message}");
    }
    let latin = Register::parse("d.csv", b"id,\ncaf\xe9").expect_err("not UTF-8");
    assert_eq!(latin, Wrong { line: Some(2), column: None, message: "not UTF-8 text".to_owned() });
}

#[test]
fn evidence_counts_what_is_open_and_dates_what_changed() {
    use rung_rules::model::{GapId, Observed, SourceId};
    let read = |text: &str, modified: Option<&str>| {
        let register = Register::parse("d.csv", text.as_bytes()).unwrap();
        let modified = modified.map(|date| date.parse().unwrap());
        let (from, undated) = (SourceId(7), &|| GapId(9));
        register.evidence(super::Read {
            location: "d.csv",
            from,
            modified,
            undated,
            days_with_scans: Ok(3),
            days_in_folder: 2,
        })
    };
    let (register, entries) = read(CSV, None);
    assert_eq!((register.open_entries.value(), register.closed_entries.value()), (Some(&1), Some(&1)));
    assert_eq!(register.changed_on.value().unwrap().to_string(), "2026-10-30");
    assert_eq!(register.closed_on.value().unwrap().unwrap().to_string(), "2026-10-30");
    assert_eq!(entries[0].impact_quantified.value(), Some(&true));
    assert_eq!(register.days_with_scans.value(), Some(&3));
    // Without any date of its own only S3 can tell when it changed.
    let undated = CSV.replace("2026-09-01", "").replace("2026-05-01", "").replace("2026-10-30", "");
    assert_eq!(read(&undated, None).0.changed_on, Observed::unknown(GapId(9)));
    assert_eq!(read(&undated, Some("2026-11-01")).0.changed_on.value().unwrap().to_string(), "2026-11-01");
}
