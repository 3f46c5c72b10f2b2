use super::{
    super::tests::{CSV, MARKDOWN, TOML},
    Entry, append,
};
use crate::register::Register;

fn drafted(id: &str) -> Entry {
    Entry {
        id: id.to_owned(),
        description: "gp2 | volumes, \"many\"\nof them".to_owned(),
        impact: "12.00 USD a month".to_owned(),
        services: "=cmd()".to_owned(),
        priority: "high".to_owned(),
        status: "open".to_owned(),
        opened: Some("2026-11-24".parse().unwrap()),
        ..Entry::default()
    }
}

#[test]
fn entries_are_appended_and_what_was_there_is_the_same_bytes() {
    for (name, old) in [("d.csv", CSV), ("d.md", MARKDOWN), ("d.toml", TOML)] {
        let (text, new) = append(name, Some(old.as_bytes()), &[drafted("rung-1"), drafted("rung-2")]).unwrap();
        assert_eq!(new.len(), 2, "{name}");
        let register = Register::parse(name, text.as_bytes()).unwrap();
        let ids: Vec<_> = register.entries.iter().map(|entry| entry.id.as_str()).collect();
        assert!(ids.ends_with(&["rung-1", "rung-2"]), "{name}: {ids:?}");
        for line in old.lines() {
            assert!(text.contains(line), "{name}: {line} was touched");
        }
        // Again: nothing is repeated.
        let (again, new) = append(name, Some(text.as_bytes()), &[drafted("rung-1"), drafted("rung-2")]).unwrap();
        assert_eq!((again == text, new.len()), (true, 0), "{name}");
    }
}

#[test]
fn a_register_begins_where_there_is_none() {
    for name in ["d.csv", "d.md", "d.toml"] {
        let (text, _) = append(name, None, &[drafted("rung-1")]).unwrap();
        let register = Register::parse(name, text.as_bytes()).unwrap();
        assert_eq!(register.entries[0].impact, "12.00 USD a month", "{name}");
        assert_eq!(register.entries[0].opened.unwrap().to_string(), "2026-11-24", "{name}");
    }
}

#[test]
fn the_files_own_style_is_kept() {
    let windows = CSV.replace('\n', "\r\n").replace("\"slow search, twice a day\"", "slow").replace(',', ";");
    let (text, _) = append("d.csv", Some(windows.trim_end().as_bytes()), &[drafted("rung-1")]).unwrap();
    assert!(text.starts_with(windows.trim_end()) && text.ends_with("\r\n") && !text.replace("\r\n", "").contains('\r'));
    assert!(text.contains("\r\nrung-1;"), "{text}");
    // A table in the middle of a page gets its rows where it ends.
    let (page, _) = append("d.md", Some(MARKDOWN.as_bytes()), &[drafted("rung-1")]).unwrap();
    assert!(page.find("rung-1").unwrap() < page.find("| review |").unwrap(), "{page}");
    assert!(page.ends_with("More words.\n"));
}

#[test]
fn texts_of_strangers_stay_text() {
    let (csv, _) = append("d.csv", Some(CSV.as_bytes()), &[drafted("rung-1")]).unwrap();
    assert!(!csv.contains(",=cmd()"), "{csv}");
    let mut hostile = drafted("rung-1");
    hostile.services = "a | b <script> ` [x](http://y)".to_owned();
    let (page, _) = append("d.md", Some(MARKDOWN.as_bytes()), &[hostile]).unwrap();
    let register = Register::parse("d.md", page.as_bytes()).unwrap();
    assert_eq!(register.entries.last().unwrap().services, "a | b <script> ` [x](http://y)");
}
