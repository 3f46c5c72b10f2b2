//! `rung assess`.

use std::{collections::BTreeMap, path::PathBuf};

use rung_rules::{
    changes::Changes,
    compose::{Parts, compose},
    model::{AccountReport, Settings, assess},
};

use super::{
    demands::{DemandFlags, Demands, Since},
    output::{Output, ReportFlags},
};
use crate::{
    assembly::{Accounts, Whole},
    bundle::{Bundle, OfAccount},
    changes,
    config::{Config, Flags},
    failure::{Exit, Failure},
    history::History,
    report::{Head, Rendering},
};

const EXAMPLES: &str = "\
Examples:
  rung assess ~/.local/share/rung/scans/demo
  rung assess BUNDLE --account 111111111111         one account of an organisation's scan
  rung assess BUNDLE --config rung.toml             with today's scope, thresholds, attestations, waivers
  rung assess BUNDLE --fail-below 3 --no-regression a pipeline's demands, held against a scan that is stored
  rung assess BUNDLE --format json -o today.json    today's rules on last year's evidence";

/// Accounts named when one is not there.
const NAMED: usize = 5;

/// Hold today's rules against a stored bundle, without AWS
///
/// Scope, thresholds, attestations and waivers are those of the scan, unless a flag names others.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The bundle: a folder that `rung scan` left
    bundle: PathBuf,
    /// Of a bundle of several accounts: only this one, as if it had been scanned alone
    #[arg(long, value_name = "ACCOUNT", conflicts_with = "no_regression")]
    account: Option<String>,
    #[command(flatten)]
    set: Flags,
    #[command(flatten)]
    demands: DemandFlags,
    #[command(flatten)]
    report: ReportFlags,
}

/// Runs the rules.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let args = &args;
    let bundle = Bundle::open(&args.bundle)?;
    let output = args.report.output()?;
    let settings = settings(args, &bundle)?;
    let demands = args.demands.check(&settings)?;
    let several = bundle.manifest.scan.accounts.len() > 1;
    if let Some(account) = &args.account {
        return one_of_many(args, bundle, account, &settings, &demands, output);
    }
    if several {
        return many(args, bundle, &settings, &demands, output);
    }
    let mut set = bundle.evidence()?;
    if !settings.scope.tags.is_empty() && !bundle.manifest.scan.scope.tags_read {
        rung_collectors::tags_not_asked(&mut set);
    }
    let assessed = assess(&set, &settings);
    let parts = Parts { set: &set, settings: &settings, assessed: &assessed, version: env!("CARGO_PKG_VERSION") };
    let assessment = compose(parts, bundle.scan()?);
    let since = demands.of_bundle(&bundle, |before| changes::since_one(before, &assessment, &settings, &set));
    let (head, findings) = assessment.with_findings(());
    let (changes, history) = told(args, &bundle)?;
    let (changes, history) = (changes.as_ref(), history.as_ref());
    let rendering = Rendering { bundle: Some(&args.bundle), took: None, changes, history };
    output.assessment(args.report.format, &head, findings.iter(), &rendering)?;
    Ok(judged(&demands, &head, &since))
}

fn judged(demands: &Demands, head: &Head, since: &Since) -> Exit {
    let judged = demands.judge(head, since);
    judged.tell(true);
    judged.exit()
}

/// What its scan told of those before; with other settings that is not so.
fn told(args: &Args, bundle: &Bundle) -> Result<(Option<Changes>, Option<History>), Failure> {
    if args.set.is_given() { Ok((None, None)) } else { Ok((bundle.changes()?, bundle.history()?)) }
}

/// Many accounts, one in memory at a time.
fn many(args: &Args, bundle: Bundle, settings: &Settings, demands: &Demands, output: Output) -> Result<Exit, Failure> {
    let scan = bundle.manifest.scan.clone();
    let told = told(args, &bundle)?;
    let before = demands.before(&bundle);
    let known: BTreeMap<String, AccountReport> =
        bundle.assessment_accounts()?.into_iter().map(|account| (account.id.clone(), account)).collect();
    let tags_missing = !settings.scope.tags.is_empty() && !scan.scope.tags_read;
    let accounts = Accounts::Bundle { bundle: Box::new(bundle), tags_missing };
    let mut whole = Whole::new(settings, scan.started_at);
    for of in accounts.each()? {
        let of = of?;
        let id = of.set.accounts.first().map(ToString::to_string).unwrap_or_default();
        let report = known.get(&id).cloned().unwrap_or_else(|| AccountReport { id, ..AccountReport::default() });
        whole.add(report, &of);
    }
    let mut decided = whole.decide(&accounts, scan)?;
    let since = demands.compared(before, |before| changes::since_many(before, &decided.head, settings, &accounts));
    let (changes, history) = told.clone();
    (decided.changes, decided.history) = told;
    let (changes, history) = (changes.as_ref(), history.as_ref());
    let rendering = Rendering { bundle: Some(&args.bundle), took: None, changes, history };
    super::scan::write_many(args.report.format, false, &mut decided, &accounts, output, &rendering)?;
    Ok(judged(demands, &decided.head, &since))
}

/// One account of many, as if it had been scanned alone.
fn one_of_many(
    args: &Args,
    bundle: Bundle,
    account: &str,
    settings: &Settings,
    demands: &Demands,
    output: Output,
) -> Result<Exit, Failure> {
    let mut scan = bundle.manifest.scan.clone();
    if !scan.accounts.iter().any(|id| id == account) {
        let known = scan.accounts.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let words = format!("the bundle has no account {account}; it has {known}");
        return Err(Failure::usage(if scan.accounts.len() > NAMED { format!("{words} and more") } else { words }));
    }
    let mut accounts = bundle.accounts()?;
    let is_it = |of: &Result<OfAccount, Failure>| {
        of.as_ref().map_or(true, |of| of.set.accounts.iter().any(|id| **id == *account))
    };
    let Some(of) = accounts.find(is_it) else { return Err(Failure::usage("its lines are missing")) };
    let OfAccount { mut set, ledger } = of?;
    if !settings.scope.tags.is_empty() && !scan.scope.tags_read {
        rung_collectors::tags_not_asked(&mut set);
    }
    scan.accounts = vec![account.to_owned()];
    (scan.calls, scan.cost_usd) = crate::scan::many::sums(&ledger);
    scan.ledger = ledger;
    let assessed = assess(&set, settings);
    let parts = Parts { set: &set, settings, assessed: &assessed, version: env!("CARGO_PKG_VERSION") };
    let (head, findings) = compose(parts, scan).with_findings(());
    let rendering = Rendering { bundle: Some(&args.bundle), ..Rendering::default() };
    output.assessment(args.report.format, &head, findings.iter(), &rendering)?;
    Ok(judged(demands, &head, &Since::NotTold(String::new())))
}

/// What was set when it was scanned, unless a flag names something else.
fn settings(args: &Args, bundle: &Bundle) -> Result<Settings, Failure> {
    if !args.set.is_given() {
        return bundle.settings();
    }
    Ok(Config::load(&args.set)?.settings)
}
