//! One process over its accounts, as a simulation of events: so many accounts at once, each no faster than AWS's rates and the chain of its
//! requests let it, all together no faster than the calls in flight and the processor allow. A free place goes to the next account.

use super::account::Account;

/// What a process has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process {
    /// Seconds from request to answer.
    pub(crate) latency: f64,
    /// Calls in flight at most.
    pub(crate) in_flight: f64,
    /// Accounts at once at most.
    pub(crate) at_once: usize,
    /// Processors.
    pub(crate) cores: f64,
    /// Processor seconds of a call.
    pub(crate) cpu: f64,
    /// Seconds before the first request and after the last.
    pub(crate) beside: f64,
}

/// What binds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// AWS's rates, for its slowest accounts.
    Rates,
    /// Calls in flight, each as long as the network takes.
    Waiting,
    /// The processor.
    Computing,
}

impl Bound {
    /// In words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Bound::Rates => "AWS's rates",
            Bound::Waiting => "calls in flight",
            Bound::Computing => "processor",
        }
    }
}

/// How it went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Went {
    pub(crate) seconds: f64,
    pub(crate) binds: Bound,
}

/// An account under way: calls that are left, and the most a second.
struct Under {
    left: f64,
    most: f64,
}

impl Process {
    /// Calls a second that the process can do.
    fn capacity(&self) -> f64 {
        (self.in_flight / self.latency).min(self.cores / self.cpu)
    }

    /// Reads the accounts in their order.
    pub(crate) fn read(&self, accounts: &[Account]) -> Went {
        let calls: f64 = accounts.iter().map(|account| account.calls).sum();
        let seconds = self.events(accounts, self.capacity());
        let floors = [
            (self.events(accounts, f64::INFINITY), Bound::Rates),
            (calls * self.latency / self.in_flight, Bound::Waiting),
            (calls * self.cpu / self.cores, Bound::Computing),
        ];
        let largest = floors.into_iter().max_by(|a, b| a.0.total_cmp(&b.0));
        Went { seconds: seconds + self.beside, binds: largest.map_or(Bound::Rates, |(_, bound)| bound) }
    }

    fn events(&self, accounts: &[Account], capacity: f64) -> f64 {
        let mut waiting = accounts.iter().map(|account| self.begin(account));
        let mut under: Vec<Under> = waiting.by_ref().take(self.at_once).collect();
        let mut now = 0.0;
        while !under.is_empty() {
            let shares = share(&under, capacity);
            let times = under.iter().zip(&shares).map(|(one, share)| one.left / share);
            let step = times.fold(f64::INFINITY, f64::min);
            now += step;
            under.iter_mut().zip(&shares).for_each(|(one, share)| one.left -= share * step);
            under.retain(|one| one.left > 1e-6);
            let free = self.at_once - under.len();
            under.extend(waiting.by_ref().take(free));
        }
        now
    }

    fn begin(&self, account: &Account) -> Under {
        let alone = account.forced.max(account.chain * self.latency).max(1e-9);
        Under { left: account.calls.max(1.0), most: account.calls.max(1.0) / alone }
    }
}

/// What each gets of the capacity: alike, but none more than it can take.
fn share(under: &[Under], capacity: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..under.len()).collect();
    order.sort_by(|a, b| under[*a].most.total_cmp(&under[*b].most));
    let (mut shares, mut left) = (vec![0.0; under.len()], capacity);
    for (place, one) in order.iter().enumerate() {
        let even = left / (under.len() - place) as f64;
        shares[*one] = under[*one].most.min(even);
        left -= shares[*one];
    }
    shares
}

/// How long jobs take that are begun in their order, so many at once.
pub(crate) fn one_after_another(jobs: &[f64], at_once: usize) -> f64 {
    let mut ends = vec![0.0_f64; at_once.max(1)];
    for job in jobs {
        if let Some(first) = ends.iter_mut().min_by(|a, b| a.total_cmp(b)) {
            *first += job;
        }
    }
    ends.into_iter().fold(0.0, f64::max)
}
