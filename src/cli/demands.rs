//! What a pipeline demands of a scan: each control at its bar, and none below where it stood. One logic for `rung scan`, `rung assess`
//! and `rung diff`, and a line for each demand that says what came of it. What cannot be told is not met, and is not a failure
//! of the account either: it has an exit code of its own.

mod bars;

use std::path::PathBuf;

use rung_rules::{
    changes::{Changes, Regressed},
    model::Settings,
};

use self::bars::{Bars, OneBar};
use super::{latest, output::note};
use crate::{
    bundle::Bundle,
    failure::{Exit, Failure},
    plain::plain,
    report::Head,
};

/// Controls that a line names.
const NAMED: usize = 4;

/// Where help lists them.
pub(super) const HEADING: &str = "Demands of a pipeline";

/// The flags.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct DemandFlags {
    /// Exit with 1 when an applicable control is confirmed below this level, waivers counted: 2 to 5, or `target` for the targets
    /// of rung.toml. `090=4` asks it of that control alone and wins over what is asked of all (`060=1` asks nothing); repeat
    #[arg(long, value_name = "[CONTROL=]LEVEL", value_parser = bars::one, help_heading = HEADING)]
    fail_below: Vec<OneBar>,
    /// Exit with 1 when a control is confirmed below where it stood in the scan before, waivers counted, whatever the cause; with 3
    /// when that cannot be told. The first scan has none before it and passes
    #[arg(long, help_heading = HEADING)]
    no_regression: bool,
    /// With --no-regression: what is compared with, instead of the scan before in the same folder. A bundle's folder, an id or `latest`
    #[arg(long, value_name = "BUNDLE", requires = "no_regression", help_heading = HEADING)]
    against: Option<PathBuf>,
}

/// What is demanded, checked.
#[derive(Debug, Default)]
pub(super) struct Demands {
    bars: Bars,
    no_regression: bool,
    against: Option<Bundle>,
    /// Why the scan before may be another than the one that is found.
    doubt: Option<String>,
}

/// What came of the comparison with the scan before.
#[derive(Debug)]
pub(super) enum Since {
    /// There is none, and where it was looked for.
    First(String),
    /// What changed.
    Told(Box<Changes>),
    /// What changed since a scan that may not be the one before, and why not.
    Doubtful(Box<Changes>, String),
    /// Why it cannot be told.
    NotTold(String),
}

impl Since {
    /// What changed, where that is told.
    pub(super) fn changes(&self) -> Option<&Changes> {
        match self {
            Since::Told(changes) | Since::Doubtful(changes, _) => Some(changes),
            Since::First(_) | Since::NotTold(_) => None,
        }
    }
}

/// What a stored bundle is compared with.
#[derive(Debug)]
pub(super) enum Before<'d> {
    /// Nothing: no comparison is demanded.
    NotAsked,
    /// The bundle that is named.
    Named(&'d Bundle),
    /// The scan before in the chain.
    Found(Box<Bundle>),
    /// There is none.
    None,
    /// There is one, and it cannot be read.
    Lost(String),
}

impl DemandFlags {
    /// Checks what is demanded, and that what is to be compared with is there and unchanged.
    pub(super) fn check(&self, settings: &Settings) -> Result<Demands, Failure> {
        let bars = Bars::of(&self.fail_below, settings)?;
        let named = |word: &PathBuf| {
            latest::named(word)
                .map_err(|failure| Failure { message: format!("--against: {}", failure.message), ..failure })
        };
        let against = self.against.as_ref().map(named).transpose()?;
        Ok(Demands { bars, no_regression: self.no_regression, against, doubt: None })
    }
}

/// What came of the demands.
#[derive(Debug, Default)]
pub(super) struct Judged {
    lines: Vec<(Came, String)>,
}

/// What came of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    Met,
    Missed,
    NotTold,
}

impl Demands {
    /// The bundle that the scan is compared with, where one is named.
    pub(super) fn against(&self) -> Option<&Bundle> {
        self.against.as_ref()
    }

    /// The same where the scan before may lie where nobody could look.
    pub(super) fn doubting(self, doubt: Option<String>) -> Self {
        Demands { doubt, ..self }
    }

    /// Why the scan before may be another than the one that is found.
    pub(super) fn doubt(&self) -> Option<&str> {
        self.doubt.as_deref()
    }

    /// What a stored bundle is compared with: the one that is named, or the one before it.
    pub(super) fn before(&self, bundle: &Bundle) -> Before<'_> {
        match (&self.against, self.no_regression) {
            (_, false) => Before::NotAsked,
            (Some(against), true) => Before::Named(against),
            (None, true) => {
                match bundle.before().and_then(|folder| folder.map(|folder| Bundle::open(&folder)).transpose()) {
                    Ok(Some(before)) => Before::Found(Box::new(before)),
                    Ok(None) => Before::None,
                    Err(failure) => Before::Lost(failure.message),
                }
            }
        }
    }

    /// Compares with it.
    pub(super) fn compared(
        &self,
        before: Before<'_>,
        compare: impl FnOnce(&Bundle) -> Result<Changes, Failure>,
    ) -> Since {
        let compared = match &before {
            Before::NotAsked => return Since::NotTold("nothing was compared".to_owned()),
            Before::None => {
                return Since::First("the scan is the first of its chain (name one with --against)".to_owned());
            }
            Before::Lost(why) => return Since::NotTold(why.clone()),
            Before::Named(bundle) => compare(bundle),
            Before::Found(bundle) => compare(bundle),
        };
        compared.map_or_else(|failure| Since::NotTold(failure.message), |changes| Since::Told(Box::new(changes)))
    }

    /// Both at once.
    pub(super) fn of_bundle(
        &self,
        bundle: &Bundle,
        compare: impl FnOnce(&Bundle) -> Result<Changes, Failure>,
    ) -> Since {
        self.compared(self.before(bundle), compare)
    }

    /// Holds a scan against them.
    pub(super) fn judge(&self, head: &Head, since: &Since) -> Judged {
        let bars = self.bars.is_given().then(|| self.bars.judge(head));
        let bars = bars.map(|missed| told(missed, "--fail-below", "every applicable control stands at its bar"));
        let regression = self.no_regression.then(|| match since {
            Since::Told(changes) => no_regression("--no-regression", changes),
            Since::First(place) => (Came::Met, format!("--no-regression: passes: {place}")),
            Since::NotTold(why) | Since::Doubtful(_, why) => {
                (Came::NotTold, format!("--no-regression: cannot be told, which is not a pass: {why}"))
            }
        });
        Judged { lines: bars.into_iter().chain(regression).collect() }
    }
}

/// Whether a control stands lower than before, and which.
fn no_regression(flag: &str, changes: &Changes) -> (Came, String) {
    let fallen = changes.regressed().map(|one| fall(&one)).collect();
    let met = format!("no control stands lower than in the scan {}", changes.before.id);
    told(fallen, flag, &met)
}

/// The same for `rung diff`.
pub(super) fn fail_on_worse(changes: &Changes) -> Judged {
    Judged { lines: vec![no_regression("--fail-on-worse", changes)] }
}

/// A control that stands lower, from what to what, and why.
fn fall(one: &Regressed<'_>) -> String {
    let Regressed { change, before, after } = one;
    let (number, title) = (change.control.number(), &change.title);
    let unseen = if one.is_unseen() { " (less could be seen; whether it became worse is not known)" } else { "" };
    let why = change.why.trim_end_matches('.');
    format!("{number:03} {title} stands at {}, was {}{unseen}: {why}", after.number(), before.number())
}

fn told(missed: Vec<String>, flag: &str, met: &str) -> (Came, String) {
    if missed.is_empty() {
        return (Came::Met, format!("{flag}: passes: {met}"));
    }
    let more = match missed.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let named = missed.into_iter().take(NAMED).collect::<Vec<_>>().join("; ");
    (Came::Missed, format!("{flag}: FAILS: {named}{more}"))
}

impl Judged {
    /// Says what came of each; of those that are met only where asked to.
    pub(super) fn tell(&self, met_too: bool) {
        let lines = self.lines.iter().filter(|(came, _)| met_too || *came != Came::Met);
        lines.for_each(|(_, line)| note(&plain(line)));
    }

    /// The exit code: what is missed for certain comes before what cannot be told.
    pub(super) fn exit(&self) -> Exit {
        let any = |wanted: Came| self.lines.iter().any(|(came, _)| *came == wanted);
        match (any(Came::Missed), any(Came::NotTold)) {
            (true, _) => Exit::BelowTarget,
            (false, true) => Exit::Incomplete,
            (false, false) => Exit::Done,
        }
    }
}

#[cfg(test)]
#[path = "demands/tests.rs"]
mod tests;
