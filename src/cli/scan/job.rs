//! All that a scan needs before it begins, checked: what it asks, where it writes, and what it goes on with.

use std::{path::Path, time::Duration};

use jiff::Timestamp;
use rung_collectors::aws::{Journal, Member, RoleOptions, Selection};
use rung_rules::model::Settings;

use super::{
    super::{
        accounts::Wanted,
        demands::Demands,
        latest,
        output::{Output, note},
    },
    Args, Switch, begin,
};
use crate::{
    bundle::Draft,
    depot::Depot,
    failure::Failure,
    plain::plain,
    scan::{Input, Request},
    shards::ShardPlan,
    unfinished::{Many, Plan, Unfinished, left_behind},
};

/// Which accounts are scanned.
pub(super) enum Accounts {
    /// The caller's own.
    Own,
    /// Those of the organisation, which is still to be read.
    Selected(Selection, RoleOptions),
    /// These.
    Listed(Vec<Member>, RoleOptions),
}

/// A scan about to begin.
pub(super) struct Job {
    pub(super) settings: Settings,
    pub(super) request: Request,
    pub(super) accounts: Accounts,
    pub(super) output: Output,
    pub(super) draft: Draft,
    pub(super) demands: Demands,
    /// Where stored scans lie.
    pub(super) depot: Depot,
    /// What would be gone on with; none for a recording, which can be scanned again at any time.
    pub(super) unfinished: Option<Unfinished>,
    /// Set where it is one shard of a plan.
    pub(super) shard: Option<OfPlan>,
}

/// What a shard knows of the whole.
pub(super) struct OfPlan {
    /// The account that holds the debt register for all.
    pub(super) register_of: Option<String>,
}

impl Job {
    /// A new scan, as the flags say.
    pub(super) fn new(args: &Args) -> Result<Self, Failure> {
        let config = latest::config(&args.set)?;
        let demands = args.demands.check(&config.settings)?;
        let (wanted, role) = args.accounts.wanted()?;
        let accounts = match wanted {
            Wanted::Own => Accounts::Own,
            Wanted::Organization(selection) => Accounts::Selected(selection, role),
            Wanted::Listed(members) => Accounts::Listed(members, role),
        };
        let key = args.sign_key.as_deref().map(begin::sign_key).transpose()?;
        let input = begin::input(args)?;
        let depot = begin::depot(args.bundle.is_none())?;
        let output = args.report.output()?;
        let (target, replace) = begin::target(args)?;
        let draft = Draft::create(&target, replace)?.signed_by(key);
        let mut plan = Plan::new(config.settings.clone(), Timestamp::now());
        plan.profile.clone_from(&args.read.profile);
        plan.regions.clone_from(&args.read.regions);
        plan.metrics = args.read.metrics();
        plan.sql_digests = args.read.sql_digests;
        plan.register.clone_from(&config.register);
        plan.many = match &accounts {
            Accounts::Own => None,
            Accounts::Selected(_, role) => Some(Many::new(role, None)),
            Accounts::Listed(members, role) => Some(Many::new(role, Some(members))),
        };
        let resumable = matches!(input, Input::Aws) && args.record.is_none();
        let mut request = request(args, input, &plan)?;
        let unfinished = match resumable {
            true => {
                tell_of_others();
                Some(Unfinished::begin(&target, plan)?)
            }
            false => None,
        };
        request.journal = unfinished.as_ref().and_then(journal);
        request.now = unfinished.as_ref().map(|unfinished| unfinished.plan.started_at);
        let settings = config.settings;
        Ok(Job { settings, request, accounts, output, draft, demands, depot, unfinished, shard: None })
    }

    /// An unfinished scan, to go on with.
    pub(super) fn resume(args: &Args, id: &Path) -> Result<Self, Failure> {
        let target = begin::of_id(id)?;
        let unfinished = Unfinished::resume(&target)?;
        if unfinished.ended(&target) {
            unfinished.remove();
            let words = "ended: its bundle is whole, and nothing is left to go on with";
            return Err(Failure::usage(format!("the scan into {} {words}", target.display())));
        }
        let plan = &unfinished.plan;
        let demands = args.demands.check(&plan.settings)?;
        let accounts = match &plan.many {
            None => Accounts::Own,
            Some(many) => match many.members() {
                Some(members) => Accounts::Listed(members, many.role()),
                None => {
                    let words =
                        "was interrupted before the organisation's accounts were known: nothing was read. Scan again.";
                    let message = format!("{} {words}", unfinished.name());
                    unfinished.remove();
                    return Err(Failure::usage(message));
                }
            },
        };
        let key = args.sign_key.as_deref().map(begin::sign_key).transpose()?;
        let depot = begin::depot(true)?;
        let output = args.report.output()?;
        let mut request = request(args, Input::Aws, plan)?;
        request.journal = journal(&unfinished);
        request.now = Some(plan.started_at);
        request.account = unfinished.account();
        // An interrupted scan may have left a bundle of what it saw: that stays as it is.
        let free = if target.exists() { resumed_name(&target) } else { target.clone() };
        let draft = Draft::create(&free, false)?.signed_by(key);
        let settings = plan.settings.clone();
        let unfinished = Some(unfinished);
        Ok(Job { settings, request, accounts, output, draft, demands, depot, unfinished, shard: None })
    }

    /// One shard of a plan; nobody goes on with it where it ends early: an engine runs it again.
    pub(super) fn of_shard(args: &Args, plan: &ShardPlan, number: usize, target: &Path) -> Result<Self, Failure> {
        let (role, members) = (plan.many()?.role(), plan.shard(number)?.members());
        let mut scan = plan.scan.clone();
        scan.many = Some(Many::new(&role, Some(&members)));
        let (settings, output) = (scan.settings.clone(), args.report.output()?);
        let demands = args.demands.check(&settings)?;
        // Its bundle goes into the plan's folder, not among the stored scans.
        let depot = Depot::in_folder(target);
        let draft = Draft::create(target, false)?;
        let mut request = request(args, Input::Aws, &scan)?;
        request.now = Some(plan.began());
        request.register = plan.handed(begin::object)?;
        let unfinished = Some(Unfinished::begin(target, scan)?);
        let shard = Some(OfPlan { register_of: plan.register_of.clone() });
        let accounts = Accounts::Listed(members, role);
        Ok(Job { settings, request, accounts, output, draft, demands, depot, unfinished, shard })
    }

    /// Whether it is a scan of several accounts.
    pub(super) fn is_of_many(&self) -> bool {
        !matches!(self.accounts, Accounts::Own)
    }
}

fn resumed_name(target: &Path) -> std::path::PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let numbered =
        |n: u32| target.with_file_name(if n == 1 { format!("{name}-resumed") } else { format!("{name}-resumed-{n}") });
    (1..u32::MAX).map(numbered).find(|path| !path.exists()).unwrap_or_else(|| numbered(1))
}

/// What is asked is the plan's; how fast and how patiently, the command line's.
fn request(args: &Args, input: Input, plan: &Plan) -> Result<Request, Failure> {
    Ok(Request {
        input,
        profile: args.read.profile.clone().or_else(|| plan.profile.clone()),
        regions: plan.regions.clone(),
        metrics: plan.metrics,
        tags: !plan.settings.scope.tags.is_empty(),
        sql_digests: plan.sql_digests,
        register: plan.register.as_deref().map(begin::handed).transpose()?,
        record: args.record.clone(),
        redact: args.redact,
        max_calls: args.max_calls,
        max_usd: args.max_cost,
        paced: args.pace.map(|pace| pace == Switch::On),
        concurrency: args.concurrency.into(),
        max_attempts: args.max_attempts.into(),
        timeout: Duration::from_secs(args.timeout.into()),
        credential_wait: Duration::from_secs(args.credential_wait.into()),
        progress: !args.quiet,
        journal: None,
        now: None,
        account: None,
    })
}

/// The scan goes on without a journal where none can be written.
fn journal(unfinished: &Unfinished) -> Option<Journal> {
    match Journal::open(&unfinished.journal()) {
        Ok(journal) => Some(journal),
        Err(error) => {
            note(&format!("the scan cannot be resumed if it is interrupted: {}", plain(&error.to_string())));
            None
        }
    }
}

fn tell_of_others() {
    let Ok(scans) = latest::scans() else { return };
    for name in left_behind(&scans) {
        note(&format!("an earlier scan was not finished: `rung scan --resume {}` goes on with it", plain(&name)));
    }
}
