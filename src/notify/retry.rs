//! Trying again: what may pass is tried five times with growing pauses, what is refused is not. Pauses are handed in, so tests need none.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use backon::{ExponentialBuilder, Retryable};

/// The most attempts of a night.
pub const ATTEMPTS: usize = 5;
/// The longest that a receiver may make us wait between two attempts.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60);

type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How long is waited between attempts, and by which clock.
#[derive(Clone)]
pub struct Patience {
    first: Duration,
    sleep: Arc<dyn Fn(Duration) -> Pause + Send + Sync>,
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Patience from {:?}", self.first)
    }
}

impl Default for Patience {
    /// About 1, 2, 4 and 8 seconds.
    fn default() -> Self {
        Patience { first: Duration::from_secs(1), sleep: Arc::new(|pause| Box::pin(tokio::time::sleep(pause))) }
    }
}

/// Why an attempt came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It may pass; with the pause that the receiver asks for.
    MayPass(String, Option<Duration>),
    /// It will not.
    Final(String),
}

impl Trouble {
    /// In words.
    pub fn words(&self) -> &str {
        match self {
            Trouble::MayPass(words, _) | Trouble::Final(words) => words,
        }
    }
}

impl Patience {
    /// With a clock of one's own.
    pub fn by(sleep: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        let sleep = move |pause| -> Pause {
            sleep(pause);
            Box::pin(std::future::ready(()))
        };
        Patience { first: Duration::from_secs(1), sleep: Arc::new(sleep) }
    }

    /// Tries until it is done, refused, or tried often enough.
    pub async fn insist<T, F>(&self, attempt: impl FnMut() -> F) -> Result<T, Trouble>
    where
        F: Future<Output = Result<T, Trouble>>,
    {
        let pauses =
            ExponentialBuilder::default().with_min_delay(self.first).with_max_times(ATTEMPTS - 1).with_jitter();
        let sleep = self.sleep.clone();
        let wanted = |trouble: &Trouble, own: Option<Duration>| match (trouble, own) {
            (Trouble::MayPass(_, Some(asked)), Some(own)) => Some((*asked).max(own)).filter(|_| *asked <= LONGEST_WAIT),
            (_, own) => own,
        };
        attempt
            .retry(pauses)
            .sleep(move |pause| sleep(pause))
            .when(|trouble| matches!(trouble, Trouble::MayPass(..)))
            .adjust(wanted)
            .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// What comes of it, how many attempts there were, and the pauses between them.
    async fn tried(answers: Vec<Result<(), Trouble>>) -> (Result<(), Trouble>, usize, Vec<Duration>) {
        let pauses = Arc::new(Mutex::new(Vec::new()));
        let kept = pauses.clone();
        let patience = Patience::by(move |pause| kept.lock().unwrap().push(pause));
        let mut answers = answers.into_iter();
        let mut attempts = 0;
        let done = patience
            .insist(|| {
                attempts += 1;
                std::future::ready(answers.next().unwrap())
            })
            .await;
        let pauses = pauses.lock().unwrap().clone();
        (done, attempts, pauses)
    }

    fn passing(asked: Option<u64>) -> Result<(), Trouble> {
        Err(Trouble::MayPass("503".to_owned(), asked.map(Duration::from_secs)))
    }

    #[tokio::test]
    async fn what_may_pass_is_tried_five_times_with_growing_pauses() {
        let (done, attempts, pauses) = tried((0..9).map(|_| passing(None)).collect()).await;
        assert_eq!((done, attempts), (passing(None), 5));
        // With jitter each is between its own length and twice that.
        let bounds = [1, 2, 4, 8].map(Duration::from_secs);
        assert_eq!(pauses.len(), 4);
        assert!(pauses.iter().zip(bounds).all(|(pause, own)| *pause >= own && *pause <= own * 2), "{pauses:?}");
        let (done, attempts, _) = tried(vec![passing(None), passing(None), Ok(())]).await;
        assert_eq!((done, attempts), (Ok(()), 3));
    }

    #[tokio::test]
    async fn what_is_refused_is_not_tried_again() {
        let refused = Err(Trouble::Final("400".to_owned()));
        let (done, attempts, pauses) = tried(vec![refused.clone(), Ok(())]).await;
        assert_eq!((done, attempts, pauses.len()), (refused, 1, 0));
    }

    #[tokio::test]
    async fn a_receiver_may_ask_for_a_pause_within_bounds() {
        let (done, _, pauses) = tried(vec![passing(Some(30)), Ok(())]).await;
        assert_eq!((done, pauses), (Ok(()), vec![Duration::from_secs(30)]));
        let (done, attempts, pauses) = tried(vec![passing(Some(3600)), Ok(())]).await;
        assert_eq!((done, attempts, pauses.len()), (passing(Some(3600)), 1, 0));
    }
}
