//! `rung scan --plan URL --shard N`: one shard of a plan, by whatever engine runs it, as often as it likes.

use jiff::{SignedDuration, Timestamp};

use super::{super::output::note, Args, begin, job::Job, many};
use crate::{
    depot::Location,
    failure::{Exit, Failure},
    place::Place,
    shards::{Brought, ShardPlan, bring, is_done},
};

/// How engines tell the number of a shard, where no flag does: AWS Batch's array jobs, Kubernetes' indexed jobs.
const VARIABLES: [&str; 2] = ["AWS_BATCH_JOB_ARRAY_INDEX", "JOB_COMPLETION_INDEX"];
/// Evidence of one assessment should be of one day.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// Scans the shard and puts its bundle into the plan's folder; does nothing where that is done already.
pub(super) fn run(args: &Args, named: &Location) -> Result<Exit, Failure> {
    let (number, given) = number(args.shard, |name| std::env::var(name).ok())?;
    let runtime = begin::runtime()?;
    let (place, plan) = runtime.block_on(async {
        let place = Place::open(named).await?;
        let plan = ShardPlan::read(&place).await?;
        Ok::<_, Failure>((place, plan))
    })?;
    // An engine that runs a fixed number of processes may run more of them than there are shards tonight.
    if !given && number >= plan.shards.len() {
        note(&format!("the plan at {place} has {} shards: nothing is left for number {number}", plan.shards.len()));
        return Ok(Exit::Done);
    }
    let accounts = plan.shard(number)?.members().len();
    if !args.again && runtime.block_on(is_done(&place, number))? {
        note(&format!("shard {number} of {place} is finished already; --again scans it once more"));
        return Ok(Exit::Done);
    }
    of_one_day(&plan, Timestamp::now())?;
    // Nothing on this machine outlives the shard: an engine may run the next one elsewhere.
    let scratch = tempfile::Builder::new()
        .prefix("rung-shard-")
        .tempdir()
        .map_err(|error| Failure::file("write into", &std::env::temp_dir(), &error))?;
    let job = Job::of_shard(args, &plan, number, &scratch.path().join(format!("{}-{number:05}", plan.id)))?;
    let ran = many::run(args, job)?;
    match runtime.block_on(bring(&place, number, &ran.bundle))? {
        Brought::Taken if ran.exit == Exit::Interrupted => note(&format!(
            "shard {number} of {place} was interrupted: what was seen of its {accounts} accounts is there, and it is scanned again \
             when it is asked for again"
        )),
        Brought::Taken => note(&format!("shard {number} of {place}: {accounts} accounts")),
        Brought::Superseded => note(&format!(
            "shard {number} of {place} has a bundle already, and this one is not complete: it was left out"
        )),
    }
    Ok(ran.exit)
}

/// The shard's number, and whether a person gave it.
fn number(given: Option<usize>, variable: impl Fn(&str) -> Option<String>) -> Result<(usize, bool), Failure> {
    if let Some(number) = given {
        return Ok((number, true));
    }
    for name in VARIABLES {
        if let Some(text) = variable(name) {
            let number = text.parse().map_err(|_| {
                Failure::usage(format!("{name}={text:?}: expected the number of a shard, from 0; or give --shard N"))
            })?;
            return Ok((number, false));
        }
    }
    let words = format!("neither {} nor {} is set", VARIABLES[0], VARIABLES[1]);
    Err(Failure::usage(format!("which shard of the plan? Give --shard N: {words}")))
}

fn of_one_day(plan: &ShardPlan, now: Timestamp) -> Result<(), Failure> {
    if now.duration_since(plan.began()) <= LONGEST {
        return Ok(());
    }
    let words = "more than a day ago: what its shards saw is too old to be one picture with what would be read now";
    Err(Failure::usage(format!("the plan was made at {}, {words}. Plan again.", plan.began())))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_number_comes_from_the_flag_or_the_engine() {
        let of = |given, name: &'static str, value: &'static str| {
            number(given, move |asked| (asked == name).then(|| value.to_owned()))
        };
        assert_eq!(of(Some(3), "JOB_COMPLETION_INDEX", "7").unwrap(), (3, true));
        assert_eq!(of(None, "JOB_COMPLETION_INDEX", "7").unwrap(), (7, false));
        assert_eq!(of(None, "AWS_BATCH_JOB_ARRAY_INDEX", "0").unwrap(), (0, false));
        assert!(of(None, "JOB_COMPLETION_INDEX", "-1").unwrap_err().message.contains("JOB_COMPLETION_INDEX=\"-1\""));
        assert!(of(None, "OTHER", "1").unwrap_err().message.contains("--shard N"));
    }
}
