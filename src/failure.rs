//! What ends the program early: one message with the way out, and the exit code that says of which kind it is.

/// Exit codes, as `rung --help` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Done; a control stands below `--fail-below`, or lower than before with `--no-regression` or `--fail-on-worse`.
    BelowTarget = 1,
    /// Usage or input is wrong.
    Usage = 2,
    /// The scan is not complete and `--require-complete` was given, or `--no-regression` could not compare.
    Incomplete = 3,
    /// No usable credentials.
    Credentials = 4,
    /// Interrupted by the user; what was seen is in the bundle.
    Interrupted = 130,
}

/// An error for the user.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What is wrong, where, and the way out.
    pub message: String,
}

impl Failure {
    /// Wrong usage or input.
    pub fn usage(message: impl Into<String>) -> Self {
        Failure { exit: Exit::Usage, message: message.into() }
    }

    /// No usable credentials.
    pub fn credentials(message: impl Into<String>) -> Self {
        Failure { exit: Exit::Credentials, message: message.into() }
    }

    /// The same with a further sentence.
    #[must_use]
    pub fn and(self, sentence: &str) -> Self {
        Failure { message: format!("{}\n{sentence}", self.message), ..self }
    }

    /// A file that cannot be read or written.
    pub fn file(what: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Failure::usage(format!("cannot {what} {}: {error}", path.display()))
    }
}
