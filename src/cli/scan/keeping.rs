//! What is left of a scan that did not end: enough to go on with, or a word that nothing is.

use super::super::{latest, output::note};
use crate::{failure::Failure, plain::plain, unfinished::Unfinished};

/// What a scan keeps until its bundle is written.
pub(super) struct Keeping {
    unfinished: Option<Unfinished>,
}

impl Keeping {
    /// Keeps what was read, if it could be written while it was read.
    pub(super) fn new(unfinished: Option<Unfinished>, kept: bool) -> Self {
        let (unfinished, useless) = if kept { (unfinished, None) } else { (None, unfinished) };
        useless.into_iter().for_each(Unfinished::remove);
        Keeping { unfinished }
    }

    fn hint(unfinished: &Unfinished) -> String {
        let scans = latest::scans().ok();
        format!("rung scan --resume {}", plain(&unfinished.id(scans.as_deref())))
    }

    /// The bundle could not be written.
    pub(super) fn lost(&self, failure: Failure) -> Failure {
        match self.unfinished.as_ref().filter(|unfinished| unfinished.is_there()) {
            None => failure
                .and("Nothing of this scan is kept: make room, or name another folder with --bundle, and scan again."),
            Some(unfinished) => {
                let hint = Keeping::hint(unfinished);
                failure.and(&format!("What was read is kept: when the cause is mended, go on with `{hint}`."))
            }
        }
    }

    /// The bundle is about to appear; nothing is `open` then, or something is.
    pub(super) fn closing(&mut self, open: bool) -> Result<(), Failure> {
        match &mut self.unfinished {
            Some(unfinished) if !open => unfinished.closing(),
            _ => Ok(()),
        }
    }

    /// The bundle is written; what is `open` can be gone on with.
    pub(super) fn end(self, open: bool) {
        let Some(unfinished) = self.unfinished else { return };
        match open {
            true => note(&format!("go on with it within a day: {}", Keeping::hint(&unfinished))),
            false => unfinished.remove(),
        }
    }
}
