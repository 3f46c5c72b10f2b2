//! Flags that choose several accounts and the role they are entered by; `rung scan`, `rung plan` and `rung preflight` share them.

use std::path::PathBuf;

use clap::ArgGroup;
use rung_collectors::aws::{self, Member, MembersError, RoleOptions, Selection};

use crate::{config, failure::Failure, plain::plain};

/// Where help lists them. clap's `next_help_heading` would hold for whatever flag comes after them, too.
pub(super) const HEADING: &str = "Several accounts";

/// Which accounts, and by which role.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(group = ArgGroup::new("several").args(["org", "accounts"]))]
pub(crate) struct AccountFlags {
    /// Scan the active accounts of the organisation; needs its management account or a delegated administrator
    #[arg(long, help_heading = HEADING)]
    org: bool,
    /// Only accounts below this unit: ou-..., a path like Prod/Web, or a name; repeat for several
    #[arg(long = "org-unit", value_name = "UNIT", requires = "org", conflicts_with = "accounts", help_heading = HEADING)]
    units: Vec<String>,
    /// Only accounts with this tag, with one of the values; repeat for tags that must all fit
    #[arg(long = "org-tag", value_name = "KEY=VALUE[,VALUE]", requires = "org", conflicts_with = "accounts", value_parser = org_tag, help_heading = HEADING)]
    tags: Vec<(String, Vec<String>)>,
    /// Leave out an account or a unit with all below it; repeat for several
    #[arg(long, value_name = "ACCOUNT_OR_UNIT", requires = "org", conflicts_with = "accounts", help_heading = HEADING)]
    exclude: Vec<String>,
    /// Scan the accounts that this file lists: one a line, 12 digits, optionally a name; # begins a comment
    #[arg(long, value_name = "FILE", conflicts_with = "org", help_heading = HEADING)]
    accounts: Option<PathBuf>,
    /// Role to assume in each account, with its path if it has one (default: rung-read-only)
    #[arg(long, value_name = "NAME", requires = "several", value_parser = aws::role_name, help_heading = HEADING)]
    role_name: Option<String>,
    /// External id that the role's trust policy asks for
    #[arg(long, value_name = "ID", requires = "several", value_parser = aws::external_id, help_heading = HEADING)]
    external_id: Option<String>,
    /// Name of the role's sessions, as CloudTrail shows it (default: rung)
    #[arg(long, value_name = "NAME", requires = "several", value_parser = aws::session_name, help_heading = HEADING)]
    session_name: Option<String>,
    /// Tag of the role's sessions; repeat for several. The role's trust policy must allow sts:TagSession
    #[arg(long = "session-tag", value_name = "KEY=VALUE", requires = "several", value_parser = aws::session_tag, help_heading = HEADING)]
    session_tags: Vec<(String, String)>,
    /// Role to assume first, before the role of each account; repeat for a chain, in order
    #[arg(long = "via", value_name = "ROLE_ARN", requires = "several", value_parser = aws::role_arn, help_heading = HEADING)]
    chain: Vec<String>,
}

/// The accounts that are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The caller's own.
    Own,
    /// Those of the organisation.
    Organization(Selection),
    /// Those of a file, by id.
    Listed(Vec<Member>),
}

/// A key, and one or more values.
fn org_tag(text: &str) -> Result<(String, Vec<String>), String> {
    let parts = text.split_once('=').filter(|(key, _)| !key.is_empty());
    let (key, values) = parts.ok_or_else(|| "expected KEY=VALUE, or KEY=VALUE,VALUE".to_owned())?;
    Ok((key.to_owned(), values.split(',').map(str::to_owned).collect()))
}

impl AccountFlags {
    /// What the flags mean; reads the file of accounts, so before any call to AWS.
    pub(crate) fn wanted(&self) -> Result<(Wanted, RoleOptions), Failure> {
        aws::session_tags(&self.session_tags).map_err(|words| Failure::usage(format!("--session-tag: {words}")))?;
        let wanted = match &self.accounts {
            Some(path) => Wanted::Listed(config::accounts::read(path)?),
            None if self.org => Wanted::Organization(Selection {
                units: self.units.clone(),
                tags: self.tags.clone(),
                exclude: self.exclude.clone(),
            }),
            None => Wanted::Own,
        };
        Ok((wanted, self.role()))
    }

    fn role(&self) -> RoleOptions {
        let usual = RoleOptions::default();
        RoleOptions {
            name: self.role_name.clone().unwrap_or(usual.name),
            external_id: self.external_id.clone(),
            session_name: self.session_name.clone().unwrap_or(usual.session_name),
            session_tags: self.session_tags.clone(),
            chain: self.chain.clone(),
        }
    }
}

/// Why the accounts of the organisation are not known, in words for the user; what nothing bears comes with what is near it.
pub(crate) fn of_members(error: &MembersError) -> Failure {
    let hint = match error {
        MembersError::NoSuch { given, known, .. } => near(given, known),
        _ => String::new(),
    };
    let lines: Vec<_> = error.to_string().lines().map(plain).collect();
    Failure::usage(format!("{}{hint}", lines.join("\n")))
}

/// The three nearest.
fn near(given: &str, known: &[String]) -> String {
    let like = |known: &String| strsim::jaro_winkler(&last(known), &last(given));
    let mut by_likeness: Vec<_> = known.iter().map(|known| (like(known), known)).collect();
    by_likeness.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let nearest: Vec<_> = by_likeness.iter().take(3).map(|(_, known)| plain(known)).collect();
    if nearest.is_empty() { String::new() } else { format!("\nNear to it: {}.", nearest.join(", ")) }
}

/// Of a path, what people type and mistype most often: its last part.
fn last(text: &str) -> String {
    text.trim_end_matches('/').rsplit('/').next().unwrap_or(text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Scan {
        #[command(flatten)]
        accounts: AccountFlags,
    }

    fn flags(args: &str) -> Result<AccountFlags, String> {
        let parsed = Scan::try_parse_from(std::iter::once("scan").chain(args.split_whitespace()));
        parsed.map(|scan| scan.accounts).map_err(|error| error.to_string())
    }

    fn wanted(args: &str) -> (Wanted, RoleOptions) {
        flags(args).unwrap().wanted().unwrap()
    }

    #[test]
    fn without_flags_it_is_the_callers_own_account() {
        assert_eq!(wanted(""), (Wanted::Own, RoleOptions::default()));
    }

    #[test]
    fn an_organisation_with_units_tags_exclusions_and_a_role() {
        let (wanted, role) = wanted(
            "--org --org-unit Prod --org-unit ou-abcd-web00000 --org-tag env=prod,live --org-tag team= --exclude 111111111111 \
             --role-name audit/rung --external-id team-4711 --session-name nightly --session-tag team=web \
             --via arn:aws:iam::123456789012:role/hub",
        );
        let selection = Selection {
            units: vec!["Prod".into(), "ou-abcd-web00000".into()],
            tags: vec![("env".into(), vec!["prod".into(), "live".into()]), ("team".into(), vec![String::new()])],
            exclude: vec!["111111111111".into()],
        };
        assert_eq!(wanted, Wanted::Organization(selection));
        let expected = RoleOptions {
            name: "audit/rung".into(),
            external_id: Some("team-4711".into()),
            session_name: "nightly".into(),
            session_tags: vec![("team".into(), "web".into())],
            chain: vec!["arn:aws:iam::123456789012:role/hub".into()],
        };
        assert_eq!(role, expected);
    }

    #[test]
    fn a_file_of_accounts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("accounts");
        std::fs::write(&path, "111111111111 shop\n").unwrap();
        let (listed, role) = wanted(&format!("--accounts {} --external-id team-4711", path.display()));
        assert!(matches!(listed, Wanted::Listed(all) if all.len() == 1 && &*all[0].id == "111111111111"));
        assert_eq!(role.external_id.as_deref(), Some("team-4711"));
    }

    #[test]
    fn flags_that_mean_nothing_alone_or_contradict_each_other_are_told() {
        for (args, expected) in [
            ("--org-unit Prod", "--org"),
            ("--org-tag a=b", "--org"),
            ("--exclude 111111111111", "--org"),
            ("--org --accounts x", "cannot be used with"),
            ("--accounts x --org-unit Prod", "--org"),
            ("--role-name rung", "--accounts"),
            ("--external-id 4711", "--accounts"),
            ("--session-name nightly", "--accounts"),
            ("--session-tag a=b", "--accounts"),
            ("--via arn:aws:iam::123456789012:role/hub", "--accounts"),
            ("--org --via hub", "expected the ARN of a role"),
            ("--org --org-tag prod", "expected KEY=VALUE"),
            ("--org --session-tag prod", "expected KEY=VALUE"),
            ("--org --role-name a*b", "expected the name of a role"),
        ] {
            let message = flags(args).unwrap_err();
            assert!(message.contains(expected), "{args}: {message}");
        }
        let twice = flags("--org --session-tag a=b --session-tag A=c").unwrap().wanted().unwrap_err();
        assert!(twice.message.contains("given twice"), "{}", twice.message);
    }

    #[test]
    fn what_nothing_bears_comes_with_what_is_near() {
        let known = ["Root", "Root/Prod", "Root/Prod/Web", "Root/Test", "Root/Test/Data"].map(str::to_owned).to_vec();
        let error = MembersError::NoSuch { flag: "--org-unit", given: "Prd".into(), expected: "unit", known };
        let message = of_members(&error).message;
        assert!(
            message.starts_with("--org-unit \"Prd\": the organisation has no such unit\nNear to it: Root/Prod,"),
            "{message}"
        );
        let hostile =
            MembersError::Ambiguous { flag: "--org-unit", given: "x".into(), paths: vec!["\u{1b}[2J".into()] };
        assert!(!of_members(&hostile).message.contains('\u{1b}'));
    }
}
