//! `rung attest`.

use std::{
    io::{IsTerminal, stdin},
    path::PathBuf,
};

use jiff::{ToSpan, civil::Date};
use rung_rules::model::{Basis, Control, Criterion, Pattern, TagRule};

use super::{
    attest_list,
    find::{Found, find},
    output::note,
};
use crate::{
    config::{
        Config, Flags,
        attest::{Entry, Written, proof, write},
        attestations::is_account,
        today,
    },
    failure::{Exit, Failure},
};

const EXAMPLES: &str = "\
Examples:
  rung attest                                    what needs a person, and what it would lift
  rung attest caching-strategy                   asks for owner, statement and proof
  rung attest \"040 index-strategy\" --owner 'Ada Lovelace' --statement 'docs/indexes.md, reviewed quarterly' \\
       --proof docs/indexes.md --proof https://wiki.example/indexes
  rung attest index-strategy --tag team=shop --account 123456789012 --days 30 ...   only for these
An attestation is renewed by the same command; what it rests on is checked at every scan.";

/// List what needs a person, or write or renew an attestation
///
/// An attestation says what no API shows: a named owner's dated statement with proof. It expires, after 92 days unless
/// said otherwise, and never overrides what AWS shows.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The criterion that is attested; without one: list
    #[arg(num_args = 0..)]
    criterion: Vec<String>,
    /// Who says so: a person
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// What is said
    #[arg(long, value_name = "TEXT")]
    statement: Option<String>,
    /// What it rests on: an https address, or a file, whose SHA-256 is kept; repeat for several
    #[arg(long, value_name = "URL|FILE")]
    proof: Vec<String>,
    /// Days that it counts (default: 92, or attestation_days of rung.toml)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=1827), conflicts_with = "expires")]
    days: Option<i64>,
    /// Last day on which it counts, like 2027-02-24
    #[arg(long, value_name = "DATE")]
    expires: Option<Date>,
    /// Account it speaks of; repeat for several (default: every one)
    #[arg(long = "account", value_name = "ID")]
    accounts: Vec<String>,
    /// Tag of the resources it speaks of, KEY=VALUE, with * for any characters; repeat for several (default: every resource)
    #[arg(long = "tag", value_name = "KEY=VALUE")]
    tags: Vec<String>,
    /// The stored scan that the list is made of (default: the newest)
    #[arg(long, value_name = "DIR")]
    bundle: Option<PathBuf>,
    #[command(flatten)]
    set: Flags,
}

/// Lists or writes.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let config = super::latest::config(&args.set)?;
    if args.criterion.is_empty() {
        if args.owner.is_some() || args.statement.is_some() || !args.proof.is_empty() {
            return Err(Failure::usage("name the criterion that is attested; `rung attest` alone lists them"));
        }
        return attest_list::run(args.bundle.as_deref(), &config);
    }
    let (control, criterion) = of(&args.criterion.join(" "))?;
    let entry = entry(args, &config, control, criterion)?;
    let written = write(&config.attestations, &entry, config.attestation_days)?;
    let word = match written {
        Written::Added => "added to",
        Written::Renewed => "renewed in",
    };
    note(&format!("{} {word} {}: counts until {}", entry.criterion, config.attestations.display(), entry.expires));
    Ok(Exit::Done)
}

fn of(id: &str) -> Result<(Control, &'static Criterion), Failure> {
    match find(id)? {
        Found::Control(control) => {
            let words = "is a control: name one criterion of it; `rung attest` lists those that need a person";
            Err(Failure::usage(format!("{} {words}", control.id())))
        }
        Found::Criterion(_, criterion) if criterion.basis == Basis::Observed => {
            let words = "is decided by what AWS shows and takes no attestation; `rung explain` tells how";
            Err(Failure::usage(format!("{} {words}", criterion.id)))
        }
        Found::Criterion(control, criterion) => Ok((control, criterion)),
    }
}

fn entry(args: &Args, config: &Config, control: Control, criterion: &Criterion) -> Result<Entry, Failure> {
    if let Some(account) = args.accounts.iter().find(|account| !is_account(account)) {
        return Err(Failure::usage(format!("--account {account:?}: expected an account id of 12 digits")));
    }
    let tags = tags(&args.tags)?;
    let date = today();
    let expires = match args.expires {
        Some(expires) if expires < date => {
            return Err(Failure::usage(format!("--expires {expires} has passed; today is {date}")));
        }
        Some(expires) => expires,
        None => date.checked_add(args.days.unwrap_or(config.attestation_days).days()).unwrap_or(Date::MAX),
    };
    let asks = args.owner.is_none() || args.statement.is_none();
    if asks && !stdin().is_terminal() {
        return Err(Failure::usage("--owner and --statement are needed (a terminal would be asked for them)"));
    }
    if asks {
        note(&format!("{}\n  {}\n  {}", criterion.full_id(control), criterion.statement, criterion.remedy));
    }
    let owner = given(&args.owner, "Who says so")?;
    let statement = given(&args.statement, "What is said")?;
    let mut proofs = args.proof.clone();
    if asks && proofs.is_empty() {
        proofs.extend(optional("Proof: https address or file, empty for none")?);
    }
    let proof = proofs.iter().map(|one| proof(&config.attestations, one)).collect::<Result<_, _>>()?;
    let accounts = args.accounts.clone();
    Ok(Entry { criterion: criterion.full_id(control), owner, date, expires, statement, accounts, tags, proof })
}

fn given(flag: &Option<String>, question: &str) -> Result<String, Failure> {
    let text = match flag {
        Some(text) => text.clone(),
        None => dialoguer::Input::<String>::new().with_prompt(question).interact_text().map_err(unanswered)?,
    };
    match text.trim() {
        "" => Err(Failure::usage(format!("{question}: is empty"))),
        text => Ok(text.to_owned()),
    }
}

fn optional(question: &str) -> Result<Option<String>, Failure> {
    let asked = dialoguer::Input::<String>::new().with_prompt(question).allow_empty(true);
    let text = asked.interact_text().map_err(unanswered)?;
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

fn unanswered(error: dialoguer::Error) -> Failure {
    Failure::usage(format!("nothing was written: {error}"))
}

/// Tag rules from `KEY=VALUE`s; several values of a key are one rule.
pub(crate) fn tags(given: &[String]) -> Result<Vec<TagRule>, Failure> {
    let mut rules: Vec<TagRule> = Vec::new();
    for text in given {
        let pair = text.split_once('=').filter(|(key, value)| !key.trim().is_empty() && !value.trim().is_empty());
        let Some((key, value)) = pair else {
            return Err(Failure::usage(format!("tag {text:?}: expected KEY=VALUE")));
        };
        let value = Pattern(value.trim().to_owned());
        match rules.iter_mut().find(|rule| rule.key == key.trim()) {
            Some(rule) => rule.values.push(value),
            None => rules.push(TagRule { key: key.trim().to_owned(), values: vec![value] }),
        }
    }
    Ok(rules)
}
