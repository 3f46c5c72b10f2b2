//! The file of attestations.

use std::{fs, path::Path};

use jiff::{ToSpan, civil::Date};
use rung_rules::model::{Attestation, Basis, Proof, ProofFile};
use sha2::{Digest, Sha256};

use super::{
    reading::{Document, Mixed, Placed, Table},
    settings::tags,
};
use crate::{
    cli::find::{Found, find},
    failure::Failure,
};

/// How long an attestation counts unless it or the configuration says otherwise: the model's quarter.
pub const DEFAULT_DAYS: i64 = 92;

/// Reads the attestations of a file. `today` is the user's: nobody attests tomorrow.
pub fn read(path: &Path, days: i64, today: Date) -> Result<Vec<Attestation>, Failure> {
    of(&Document::open(path)?, days, today)
}

fn of(document: &Document, days: i64, today: Date) -> Result<Vec<Attestation>, Failure> {
    let root = document.root()?;
    let entries = root.tables("attestation")?;
    root.done()?;
    let mut all: Vec<Attestation> = Vec::new();
    for table in &entries {
        let attestation = one(table, days, today)?;
        if let Some(other) = all.iter().find(|other| other.overlaps(&attestation)) {
            let words = format!(
                "{} is attested twice for the same accounts and resources: here, and at {}. Keep one of them.",
                attestation.criterion, other.place
            );
            return Err(document.error(&table.span, &words));
        }
        all.push(attestation);
    }
    Ok(all)
}

fn one(table: &Table<'_>, days: i64, today: Date) -> Result<Attestation, Failure> {
    let document = table.document;
    let date = table.date("date")?.ok_or_else(|| table.lacks("date"))?;
    if date.value > today {
        return Err(document.error(&date.span, &format!("date: {} lies ahead; today is {today}", date.value)));
    }
    let expires = match table.date("expires")? {
        Some(expires) if expires.value < date.value => {
            let words = format!("expires: {} is before the date {}", expires.value, date.value);
            return Err(document.error(&expires.span, &words));
        }
        Some(expires) => expires.value,
        None => date.value.checked_add(days.days()).unwrap_or(Date::MAX),
    };
    let attestation = Attestation {
        criterion: criterion(table)?,
        place: document.place(&table.span),
        owner: table.needed("owner")?.value,
        date: date.value,
        expires,
        statement: table.needed("statement")?.value,
        accounts: accounts(table)?,
        tags: tags(table)?,
        proof: table.mixed("proof")?.into_iter().map(|proof| proof_of(document, proof)).collect::<Result<_, _>>()?,
    };
    table.done()?;
    Ok(attestation)
}

/// The criterion's full id; it must be one that a person may decide.
fn criterion(table: &Table<'_>) -> Result<String, Failure> {
    let id = table.needed("criterion")?;
    let found = find(&id.value).map_err(|failure| table.document.error(&id.span, &failure.message))?;
    match found {
        Found::Control(control) => {
            let words = format!("{} is a control; an attestation names one criterion of it", control.id());
            Err(table.document.error(&id.span, &words))
        }
        Found::Criterion(_, criterion) if criterion.basis == Basis::Observed => {
            let words = format!(
                "{} is decided by what AWS shows; only criteria of basis \"attested\" or \"observed or attested\" take an attestation (`rung attest` lists them)",
                criterion.id
            );
            Err(table.document.error(&id.span, &words))
        }
        Found::Criterion(control, criterion) => Ok(criterion.full_id(control)),
    }
}

fn accounts(table: &Table<'_>) -> Result<Vec<String>, Failure> {
    let one = |account: Placed<String>| match is_account(&account.value) {
        true => Ok(account.value),
        false => {
            let words = format!("accounts: {:?} is no account id of 12 digits", account.value);
            Err(table.document.error(&account.span, &words))
        }
    };
    table.texts("accounts")?.into_iter().map(one).collect()
}

pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn proof_of(document: &Document, proof: Mixed<'_>) -> Result<Proof, Failure> {
    match proof {
        Mixed::Text(url) if is_url(&url.value) => Ok(Proof::Url(url.value)),
        Mixed::Text(text) => {
            let words = format!(
                "proof: {:?} is no https address; a file is written {{ file = \"...\", sha256 = \"...\" }} (`rung attest --proof FILE` does it)",
                text.value
            );
            Err(document.error(&text.span, &words))
        }
        Mixed::Table(table) => {
            let (file, sha256) = (table.needed("file")?, table.needed("sha256")?);
            table.done()?;
            if sha256.value.len() != 64 || !sha256.value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(document.error(&sha256.span, "sha256: expected 64 hexadecimal digits"));
            }
            let path = beside(&document.path, &file.value);
            let found = match sha256_of(&path) {
                Ok(digest) if digest.eq_ignore_ascii_case(&sha256.value) => ProofFile::Unchanged,
                Ok(_) => ProofFile::Changed,
                Err(_) => ProofFile::Missing,
            };
            Ok(Proof::File { path: file.value, sha256: sha256.value.to_lowercase(), found })
        }
    }
}

/// Whether a proof is an address that people can follow.
pub(crate) fn is_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// A path that a file names, seen from that file.
pub(crate) fn beside(file: &Path, path: &str) -> std::path::PathBuf {
    file.parent().unwrap_or(Path::new("")).join(path)
}

/// The SHA-256 of a file, in hexadecimal.
pub(crate) fn sha256_of(path: &Path) -> std::io::Result<String> {
    let mut digest = Sha256::new();
    std::io::copy(&mut fs::File::open(path)?, &mut digest)?;
    Ok(hex::encode(digest.finalize()))
}

#[cfg(test)]
#[path = "attestations_tests.rs"]
mod tests;
