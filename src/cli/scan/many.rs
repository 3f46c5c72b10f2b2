//! A scan of several accounts: each is written and added to the sums as soon as it is read, then the whole is put together.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Instant,
};

use rung_collectors::aws::{Journal, Member, RoleOptions};
use rung_rules::model::Settings;
use tokio::{
    runtime::Runtime,
    sync::{mpsc, watch},
};

use super::{
    super::{
        accounts::of_members,
        demands::{Demands, Since},
        output::{Output, note},
    },
    Args, begin,
    exit::exit,
    job::{Accounts as Wanted, Job},
    keeping::Keeping,
    one::summary,
    since, stored, whole,
};
use crate::{
    assembly::{Accounts, Decided, Whole},
    bundle::{AccountFolder, Draft, SameId},
    failure::{Exit, Failure},
    plain::plain,
    report::{Format, Lots, Project, Rendering, csv, junit, markdown, text},
    scan::{
        many::{Asked, Caller, Interrupted, ScanSums, Seen},
        same_account,
    },
    unfinished::{Many, Unfinished},
};

/// Accounts that are read and wait to be written.
const WAITING: usize = 2;

/// A scan that left a bundle.
pub(super) struct Ran {
    pub(super) exit: Exit,
    pub(super) bundle: PathBuf,
}

/// Runs it.
pub(super) fn run(args: &Args, job: Job) -> Result<Ran, Failure> {
    let Job { settings, request, accounts, output, draft, depot, unfinished, demands, shard } = job;
    let Some(mut unfinished) = unfinished else {
        return Err(Failure::usage(
            "a scan of several accounts asks AWS itself: without --record, --replay and --demo",
        ));
    };
    let (began, (stop, stopped)) = (Instant::now(), watch::channel(false));
    let runtime = begin::runtime()?;
    runtime.block_on(async { begin::too_large_is_an_error() });
    runtime.spawn(begin::listen(stop, begin::who_stops(args)));
    let entered = enter(&runtime, &request, accounts, &stopped, &mut unfinished);
    let (caller, members, role) = match entered {
        Ok(entered) => entered,
        Err(failure) => {
            unfinished.not_begun();
            return Err(failure);
        }
    };
    let folder = unfinished.accounts();
    let mut written = Written::read(&folder, &settings, caller.now())?;
    let asked = Asked {
        members,
        role,
        at_once: args.accounts_at_once.into(),
        most_memory: Some(u64::from(args.max_memory) << 20),
        finished: written.finished.clone(),
        register_of: shard.as_ref().and_then(|shard| shard.register_of.clone()),
    };
    let scratch = draft.scratch()?;
    let journal = request.journal.clone();
    let interrupted = std::thread::scope(|scope| {
        let (hand, take) = mpsc::channel(WAITING);
        let writer = scope.spawn(|| written.take(take, &folder, scratch.path(), journal.as_ref(), runtime.handle()));
        let interrupted = runtime.block_on(caller.scan(&request, &asked, &stopped, hand));
        writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).map(|()| interrupted)
    });
    if let Some(journal) = &request.journal
        && let Err(error) = runtime.block_on(journal.finish())
    {
        note(&format!("accounts that are not finished could not be resumed: {}", plain(&error.to_string())));
    }
    // Whoever runs a shard runs it again from its beginning.
    let mut keeping = Keeping::new(Some(unfinished).filter(|_| shard.is_none()), true);
    let interrupted = interrupted.map_err(|failure| keeping.lost(failure))?;
    // Of a shard it is worth keeping why: the others may have been entered.
    if written.sums.entered == 0 && !interrupted.0 && shard.is_none() {
        let why = written.sums.why_not.as_deref().unwrap_or("there is none");
        keeping.end(false);
        return Err(Failure::credentials(format!("none of the accounts could be entered: {}", plain(why))));
    }
    let open = interrupted.0 || written.open;
    let demands = demands.doubting(since::fetch(&depot, &caller.described(&written.sums, interrupted), SameId::Before));
    let earlier = shard.is_none().then_some(&demands);
    let put = written.write(&caller, interrupted, [folder.as_path(), scratch.path()], draft, earlier, &mut keeping);
    let (mut decided, since, accounts, bundle) = put.map_err(|failure| keeping.lost(failure))?;
    let history = decided.history.clone();
    let (changes, history) = (since.changes(), history.as_ref());
    // A shard's bundle goes on to the plan's folder: where it lies now is gone when somebody reads this.
    let lies = shard.is_none().then_some(bundle.as_path());
    let rendering = Rendering { bundle: lies, took: Some(began.elapsed()), changes, history };
    // What is printed is read once more from what was written of the accounts.
    let printed = print(args, &mut decided, &accounts, output, &rendering);
    let judged = demands.judge(&decided.head, &since);
    judged.tell(!args.quiet);
    let exit = exit(args, interrupted.0, &decided.head, &judged);
    keeping.end(open);
    if !args.served {
        stored::take_in(&bundle);
    }
    let kept = stored::put(&depot, &bundle);
    printed.and(kept).map(|()| Ran { exit, bundle })
}

type Entered = (Caller, Vec<Member>, RoleOptions);

/// Connects, and settles which accounts there are: from then on the scan can be gone on with.
fn enter(
    runtime: &Runtime,
    request: &crate::scan::Request,
    accounts: Wanted,
    stopped: &watch::Receiver<bool>,
    unfinished: &mut Unfinished,
) -> Result<Entered, Failure> {
    let caller = runtime.block_on(Caller::connect(request, stopped))?;
    let id = caller.account.id.to_string();
    same_account(unfinished.plan.caller.as_deref(), &id)?;
    let (members, role) = match accounts {
        Wanted::Listed(members, role) => (members, role),
        Wanted::Selected(selection, role) => {
            let found = runtime.block_on(caller.members(&selection));
            let (members, left_out) = found.map_err(|error| of_members(&error))?;
            left_out.iter().for_each(|words| note(&format!("{}: not active", plain(words))));
            (members, role)
        }
        Wanted::Own => (Vec::new(), RoleOptions::default()),
    };
    unfinished.plan.caller = Some(id);
    unfinished.plan.many = Some(Many::new(&role, Some(&members)));
    unfinished.save()?;
    Ok((caller, members, role))
}

/// What is written of the accounts so far, and their sums.
struct Written<'s> {
    settings: &'s Settings,
    whole: Whole<'s>,
    sums: ScanSums,
    finished: BTreeSet<String>,
    not_entered: Vec<(String, String)>,
    /// Whether an account is left to go on with.
    open: bool,
}

impl<'s> Written<'s> {
    /// Begins with the accounts that an earlier part of the scan finished.
    fn read(folder: &Path, settings: &'s Settings, now: jiff::Timestamp) -> Result<Self, Failure> {
        let mut written = Written {
            settings,
            whole: Whole::new(settings, now),
            sums: ScanSums::default(),
            finished: BTreeSet::new(),
            not_entered: Vec::new(),
            open: false,
        };
        for account in AccountFolder::all(folder) {
            let (report, of) = (account.report()?, account.read(now)?);
            written.sums.add(&report, &of);
            written.finished.insert(report.id.clone());
            written.whole.add(report, &of);
        }
        Ok(written)
    }

    /// Takes accounts as they come: those read to their end are kept for whoever goes on with the scan, the others for this bundle.
    fn take(
        &mut self,
        mut accounts: mpsc::Receiver<Seen>,
        folder: &Path,
        scratch: &Path,
        journal: Option<&Journal>,
        runtime: &tokio::runtime::Handle,
    ) -> Result<(), Failure> {
        while let Some(Seen { told, of, finished }) = accounts.blocking_recv() {
            self.sums.add(&told, &of);
            self.open |= !finished;
            if let Some(why) = &told.why {
                self.not_entered.push((told.id.clone(), why.clone()));
            }
            let report = self.whole.add(told, &of);
            AccountFolder::write(if finished { folder } else { scratch }, &report, &of)?;
            if let Some(journal) = journal.filter(|_| finished) {
                // What cannot be closed is told when the journal is finished.
                let _ = runtime.block_on(journal.close(&report.id));
            }
        }
        Ok(())
    }

    /// Puts the whole together and writes its bundle.
    fn write(
        self,
        caller: &Caller,
        interrupted: Interrupted,
        folders: [&Path; 2],
        draft: Draft,
        earlier: Option<&Demands>,
        keeping: &mut Keeping,
    ) -> Result<(Decided<'s>, Since, Accounts, PathBuf), Failure> {
        tell_not_entered(&self.not_entered);
        let mut folders = folders.map(AccountFolder::all).concat();
        folders.sort_by_key(AccountFolder::id);
        let scan = caller.described(&self.sums, interrupted);
        let accounts = Accounts::Folders(folders, caller.now());
        let (decided, since) = whole::write(self.whole, &accounts, scan, self.settings, &draft, earlier)?;
        keeping.closing(interrupted.0 || self.open)?;
        let bundle = draft.finish(&decided.head.scan)?;
        Ok((decided, since, accounts, bundle))
    }
}

fn tell_not_entered(all: &[(String, String)]) {
    const NAMED: usize = 5;
    for (account, why) in all.iter().take(NAMED) {
        note(&format!("account {account} could not be entered: {}", plain(why)));
    }
    if all.len() > NAMED {
        note(&format!("and {} more accounts, each with its reason in the report", all.len() - NAMED));
    }
}

/// Prints what the user asked for.
fn print(
    args: &Args,
    decided: &mut Decided<'_>,
    accounts: &Accounts,
    output: Output,
    rendering: &Rendering<'_>,
) -> Result<(), Failure> {
    let (head, to_stdout) = (decided.for_people()?, matches!(output, Output::Stdout));
    write(args.report.format, args.quiet, decided, accounts, output, rendering)?;
    if args.report.format != Format::Text && !args.quiet && !to_stdout {
        summary(&head, rendering);
    }
    Ok(())
}

/// Writes an assessment of many accounts in a format.
pub(in crate::cli) fn write(
    format: Format,
    quiet: bool,
    decided: &mut Decided<'_>,
    accounts: &Accounts,
    output: Output,
    rendering: &Rendering<'_>,
) -> Result<(), Failure> {
    match format {
        Format::Text if quiet => Ok(()),
        Format::Text => {
            let head = decided.for_people()?;
            output.write(|out| text::write(&head, rendering, out))
        }
        Format::Json => output.write(|out| decided.json(accounts, out)),
        Format::Html => {
            let (head, name) = (decided.for_people()?, output.file_name());
            output.report(decided.html(&head, name.as_deref()))
        }
        Format::Csv => output.write(|out| {
            let mut lines = csv::Lines::begin(out)?;
            decided.walk(accounts, &mut |visit| lines.add(visit.findings.iter()))?;
            lines.end()
        }),
        Format::Md => output.write(|out| markdown::write(&decided.head, rendering.changes, out)),
        Format::Junit => output.write(|out| junit::write(&decided.head, out)),
        Format::Ocsf | Format::Sarif | Format::Asff | Format::Wafpass | Format::Jsonl => output.write(|out| {
            let mut lots = Lots::begin(format, &decided.head, &Project::default(), out)?;
            decided.walk(accounts, &mut |visit| lots.add(visit.findings.iter(), &visit.gaps))?;
            lots.end()
        }),
    }
}
