//! An organisation that a server plays as a process of its own, and the program as a child: what the benches of many accounts share.

mod account;
mod asked;
mod counts;
pub(crate) mod directory;
mod played;
pub(crate) mod process;
mod server;
pub(crate) mod throttle;

pub(crate) use played::Played;
pub(crate) use server::REGIONS;

/// How large an organisation is, and how far away.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) accounts: usize,
    pub(crate) regions: usize,
    pub(crate) latency_ms: u64,
}

impl Size {
    /// The numbers of the command line, up to `over` or what begins with `--`; `usual` stands for what is not given.
    pub(crate) fn of(args: &[String], usual: Size) -> Size {
        let own = args.iter().take_while(|arg| !arg.starts_with("--") && *arg != "over");
        let numbers: Vec<u64> = own.filter_map(|arg| arg.parse().ok()).collect();
        let number = |at: usize, usual| numbers.get(at).copied().unwrap_or(usual);
        Size {
            accounts: number(0, usual.accounts as u64) as usize,
            regions: (number(1, usual.regions as u64) as usize).clamp(1, REGIONS.len()),
            latency_ms: number(2, usual.latency_ms),
        }
    }
}

/// What the accounts hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// One of twenty is large, the others are of the common size.
    Usual,
    /// All are large, and the server throttles as AWS does.
    Throttled,
    /// The first is empty, the second of the common size, the others are large: to see what a resource adds.
    Ladder,
}

impl Held {
    const WORDS: [(Held, &'static str); 3] =
        [(Held::Usual, "usual"), (Held::Throttled, "throttle"), (Held::Ladder, "ladder")];

    fn word(self) -> &'static str {
        Held::WORDS.iter().find(|(held, _)| *held == self).map_or("usual", |(_, word)| word)
    }

    fn of(args: &[String]) -> Held {
        let given = |(_, word): &&(Held, &str)| args.iter().any(|arg| arg == word);
        Held::WORDS.iter().find(given).map_or(Held::Usual, |(held, _)| *held)
    }

    /// How many times the common size an account is.
    fn times(self, account: usize) -> usize {
        match self {
            Held::Usual => {
                if account % server::LARGE_ONE == server::LARGE_AT {
                    account::TIMES
                } else {
                    1
                }
            }
            Held::Throttled => account::TIMES,
            Held::Ladder => [0, 1].get(account).copied().unwrap_or(account::TIMES),
        }
    }
}

/// Resources of an account of the common size, in each region.
pub(crate) const RESOURCES: usize = account::RESOURCES;
/// How many times as many a large account has.
pub(crate) const TIMES: usize = account::TIMES;

/// The server alone, until it is killed.
pub(crate) fn serve(args: &[String]) {
    let usual = Size { accounts: 1000, regions: 4, latency_ms: 20 };
    server::run(Size::of(args, usual), Held::of(args));
}
