//! The file of `--accounts`: one account a line, for whoever has no organisation to ask, or does not want to.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::Path,
    sync::Arc,
};

use rung_collectors::aws::Member;

use super::reading::Document;
use crate::{failure::Failure, plain::plain};

const EXPECTED: &str = "expected an account id of 12 digits, and optionally white space and a name";

/// Reads the accounts of a file, by id.
pub fn read(path: &Path) -> Result<Vec<Member>, Failure> {
    of(path, &Document::open(path)?.text)
}

fn of(path: &Path, text: &str) -> Result<Vec<Member>, Failure> {
    let mut accounts = BTreeMap::new();
    let mut wrong = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        match account(line) {
            None => wrong.push(format!("line {number}: {EXPECTED}, not \"{}\"", plain(&shortened(line)))),
            Some(member) => match accounts.entry(member.id.clone()) {
                Entry::Vacant(free) => {
                    free.insert((number, member));
                }
                Entry::Occupied(first) => {
                    wrong.push(format!(
                        "line {number}: account {} stands at line {} already",
                        member.id,
                        first.get().0
                    ));
                }
            },
        }
    }
    if !wrong.is_empty() {
        return Err(Failure::usage(told(path, &wrong)));
    }
    if accounts.is_empty() {
        return Err(Failure::usage(format!("{}: no account: {EXPECTED}, a line each", path.display())));
    }
    Ok(accounts.into_values().map(|(_, member)| member).collect())
}

fn account(line: &str) -> Option<Member> {
    let (id, name) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let name = Some(name.trim()).filter(|name| !name.is_empty()).map(Arc::from);
    (id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit())).then(|| Member { id: id.into(), name, unit: None })
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}...", line.get(..at).unwrap_or_default()),
        None => line.to_owned(),
    }
}

/// The first wrong lines, and how many more there are.
fn told(path: &Path, wrong: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut words: Vec<_> = wrong.iter().take(SHOWN).map(|line| format!("{}, {line}", path.display())).collect();
    if wrong.len() > SHOWN {
        words.push(format!("and {} more lines", wrong.len() - SHOWN));
    }
    words.join("\n")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn read_bytes(bytes: &[u8]) -> Result<Vec<(String, Option<String>)>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("accounts.txt");
        fs::write(&path, bytes).unwrap();
        let told = |failure: Failure| failure.message.replace(&*path.to_string_lossy(), "accounts.txt");
        let pair = |one: Member| (one.id.to_string(), one.name.map(|name| name.to_string()));
        read(&path).map(|all| all.into_iter().map(pair).collect()).map_err(told)
    }

    fn some(pairs: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
        let name = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        pairs.iter().map(|(id, of)| ((*id).to_owned(), name(of))).collect()
    }

    #[test]
    fn ids_names_comments_and_blank_lines() {
        let text = "# ours\n222222222222\tdata lake  # moved\n\n  111111111111 \n333333333333   Lärche & Söhne\n";
        let wanted = some(&[("111111111111", ""), ("222222222222", "data lake"), ("333333333333", "Lärche & Söhne")]);
        assert_eq!(read_bytes(text.as_bytes()), Ok(wanted.clone()));
        // As other systems write it: a byte order mark, lines that end in two characters, no end of the last line.
        let theirs = format!("\u{feff}{}", text.trim_end().replace('\n', "\r\n"));
        assert_eq!(read_bytes(theirs.as_bytes()), Ok(wanted));
    }

    #[test]
    fn every_wrong_line_is_told_with_what_was_expected() {
        let message = read_bytes(b"111111111111 shop\n12345\n111111111111\n22222222222x \x1b[2J\n").unwrap_err();
        let wanted = format!(
            "accounts.txt, line 2: {EXPECTED}, not \"12345\"\n\
             accounts.txt, line 3: account 111111111111 stands at line 1 already\n\
             accounts.txt, line 4: {EXPECTED}, not \"22222222222x \\u{{1b}}[2J\""
        );
        assert_eq!(message, wanted);
        let many = read_bytes("x\n".repeat(12).as_bytes()).unwrap_err();
        assert!(many.ends_with("and 7 more lines"), "{many}");
    }

    #[test]
    fn what_is_no_text_and_what_is_empty_are_errors() {
        assert_eq!(read_bytes(b"111111111111\n\xff\xfe1").unwrap_err(), "accounts.txt, line 2: not UTF-8 text");
        for empty in ["", "\n\n", "# nobody\n"] {
            assert!(read_bytes(empty.as_bytes()).unwrap_err().starts_with("accounts.txt: no account: expected"));
        }
        let missing = read(Path::new("no-such-file")).unwrap_err();
        assert!(missing.message.starts_with("cannot read no-such-file"), "{}", missing.message);
    }
}
