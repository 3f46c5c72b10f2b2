//! Ctrl-C where nothing that was done so far is worth keeping: what is half-written goes, and the program ends.

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::runtime::Runtime;

use super::serve::signal;
use crate::failure::Exit;

/// Removals tried, while other threads may still write.
const ATTEMPTS: u32 = 20;
const BETWEEN: Duration = Duration::from_millis(50);

/// Whether somebody asked to end.
#[derive(Clone, Debug, Default)]
pub(super) struct GivenUp(Arc<Asked>);

#[derive(Debug, Default)]
struct Asked {
    asked: AtomicBool,
    /// Held by what makes or names folders, and in the end by what removes them.
    step: Mutex<()>,
}

impl GivenUp {
    /// At the next Ctrl-C or SIGTERM removes these folders and ends the program.
    pub(super) fn removes(&self, folders: Vec<PathBuf>, runtime: &Runtime) {
        let asked = Arc::clone(&self.0);
        runtime.spawn(async move {
            signal().await;
            asked.asked.store(true, Ordering::SeqCst);
            let _last = asked.step.lock().unwrap_or_else(PoisonError::into_inner);
            end(&folders)
        });
    }

    /// A step that makes folders where there are none, or gives one its name: once somebody asked to end, none begins.
    pub(super) fn step<T>(&self, step: impl FnOnce() -> T) -> T {
        let _one = self.0.step.lock().unwrap_or_else(PoisonError::into_inner);
        step()
    }

    /// What was being done comes to this; asked to end it does not come back, for its failure is none.
    pub(super) fn or<T>(&self, came: T) -> T {
        while self.0.asked.load(Ordering::SeqCst) {
            thread::park();
        }
        came
    }
}

#[expect(clippy::exit, clippy::print_stderr, reason = "the user asked for it")]
fn end(folders: &[PathBuf]) {
    eprintln!("\ninterrupted");
    for _ in 0..ATTEMPTS {
        let left = folders.iter().filter(|folder| folder.exists());
        if left.map(fs::remove_dir_all).filter(Result::is_err).count() == 0 {
            break;
        }
        thread::sleep(BETWEEN);
    }
    std::process::exit(Exit::Interrupted as i32)
}
