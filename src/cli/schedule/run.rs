//! `rung schedule run`.

use std::{net::SocketAddr, str::FromStr, sync::Arc};

use tokio::{net::TcpListener, sync::watch};

use super::{configured, named};
use crate::{
    cli::{
        latest,
        output::{Output, note},
        scan,
        serve::signal,
    },
    config::{Config, Flags},
    depot::Location,
    failure::{Exit, Failure},
    plain::plain,
    runs::meaning,
    schedule::{Around, Scheduler, SystemClock, ThisProgram, http, this_process},
    serve::bind,
    store::{Store, StoreUrl},
};

const EXAMPLES: &str = "\
Examples:
  rung schedule run                                   the schedules of rung.toml, until Ctrl-C or SIGTERM
  rung schedule run --config /etc/rung/rung.toml --store postgres://rung@db.example.org/rung
  rung schedule run --listen 0.0.0.0:8741             health and metrics beyond this machine; they name no resource
  rung schedule run --once nightly                    one run now; its exit code is the scan's
A scan under way is told to end when this is: it writes what it saw. A second Ctrl-C ends at once.";

/// Run the schedules of rung.toml, as a service
///
/// Each scan is a `rung scan` of its own, one at a time. What was missed while this did not run is caught up once. /healthz says how
/// it is, /metrics the same and more for Prometheus. What is scanned when stands in rung.toml, under [[schedule]]; it is read at the start.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Address and port of /healthz and /metrics; port 0 is any that is free, `off` none
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8741")]
    listen: Listen,
    /// Run this schedule once, now, and end with the exit code of its scan
    #[arg(long, value_name = "NAME")]
    once: Option<String>,
    /// Where runs and scans are stored: a file, or postgres://USER@HOST/DATABASE (default: a file in the user's data folder)
    #[arg(long, value_name = "URL", env = "RUNG_STORE", hide_env_values = true)]
    store: Option<StoreUrl>,
    /// Started by `rung lambda`: the end of standard input stops it as Ctrl-C does
    #[arg(long, hide = true)]
    served: bool,
    #[command(flatten)]
    set: Flags,
}

/// Where it listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listen {
    Off,
    At(SocketAddr),
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Listen::Off),
            _ => text
                .parse()
                .map(Listen::At)
                .map_err(|_| "expected ADDRESS:PORT, like 127.0.0.1:8741, or `off`".to_owned()),
        }
    }
}

/// Runs until it is stopped, or once.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let config = configured(&args.set)?;
    if let Some(name) = &args.once {
        named(&config, name)?;
    }
    scan::runtime()?.block_on(service(args, config))
}

async fn service(args: Args, config: Config) -> Result<Exit, Failure> {
    let listener = match (args.listen, &args.once) {
        (Listen::At(address), None) => Some(bind(address).await?),
        _ => None,
    };
    let depot = latest::depot()?;
    let url = args.store.map_or_else(|| StoreUrl::in_folder(depot.folder()), Ok)?;
    let store = Store::open(&url).await?;
    let around = Around { config: Arc::new(config), flags: args.set.clone(), store, depot };
    let scans = latest::given().map(Location::written);
    let secrets = around.config.notify.variables().map(str::to_owned).collect();
    let starter = ThisProgram { flags: args.set, scans, store: Some(url), secrets };
    let scheduler = Scheduler::new(around.clone(), Arc::new(SystemClock), Arc::new(starter), this_process()?);
    let stop = stopped(args.served);
    let exit = match &args.once {
        Some(name) => exit(scheduler.once(name, stop).await?),
        None => {
            told(&around, listener.as_ref())?;
            let watching = listener.map(|listener| tokio::spawn(watch_it(listener, &scheduler, &around)));
            let filling = tokio::spawn(fill(around.clone()));
            scheduler.run(stop).await;
            filling.abort();
            watching.iter().for_each(tokio::task::JoinHandle::abort);
            Ok(Exit::Done)
        }
    };
    around.store.close().await;
    exit
}

fn watch_it(
    listener: TcpListener,
    scheduler: &Scheduler,
    around: &Around,
) -> impl Future<Output = Result<(), Failure>> + use<> {
    let watched = http::Watched {
        status: scheduler.status(),
        store: around.store.clone(),
        clock: Arc::new(SystemClock),
        schedules: around.config.schedules.iter().map(|schedule| schedule.name.clone()).collect(),
    };
    // It answers as long as a scan is waited for, and ends with the program.
    http::serve(listener, watched, std::future::pending())
}

/// Takes in what others have left in the folder of bundles, and what a scheduler that was killed could not.
async fn fill(around: Around) {
    match around.store.sync(around.scans()).await {
        Ok(synced) => synced.refused.iter().for_each(|(bundle, why)| {
            note(&format!("{} is not taken in: {}", plain(&bundle.display().to_string()), plain(why)));
        }),
        Err(error) => note(&plain(&error.to_string())),
    }
}

/// What it is about to do.
fn told(around: &Around, listener: Option<&TcpListener>) -> Result<(), Failure> {
    let address = listener.and_then(|listener| listener.local_addr().ok());
    let now = jiff::Timestamp::now();
    Output::Stdout.write(|out| {
        for schedule in &around.config.schedules {
            let next = schedule.timetable.next(now).map(|next| schedule.timetable.begins(&schedule.name, next));
            let next = next.map_or_else(|| "never".to_owned(), |next| next.to_string());
            writeln!(
                out,
                "{}: {} in {}, next {next}",
                schedule.name,
                schedule.timetable.cron(),
                schedule.timetable.zone_name()
            )?;
        }
        match address {
            Some(address) => {
                writeln!(out, "Health and metrics at http://{address}/healthz and /metrics (Ctrl-C ends it)")
            }
            None => writeln!(out, "Nothing is listened at (Ctrl-C ends it)"),
        }
    })
}

/// True after the first Ctrl-C or SIGTERM; the second ends the program.
#[expect(clippy::exit, clippy::print_stderr, reason = "the user asked twice")]
fn stopped(served: bool) -> watch::Receiver<bool> {
    let (tell, told) = watch::channel(false);
    if served {
        let tell = tell.clone();
        // A thread of its own: the program may end while this one still reads.
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            tell.send_replace(true);
        });
    }
    tokio::spawn(async move {
        signal().await;
        eprintln!("stopping (again to end at once)");
        tell.send_replace(true);
        signal().await;
        std::process::exit(Exit::Interrupted as i32);
    });
    told
}

/// The exit code of a scan as this program's own.
fn exit(code: Option<i32>) -> Result<Exit, Failure> {
    let all = [Exit::Done, Exit::BelowTarget, Exit::Usage, Exit::Incomplete, Exit::Credentials, Exit::Interrupted];
    let known = all.into_iter().find(|exit| code == Some(*exit as i32));
    known.ok_or_else(|| Failure::usage(format!("the scan: {}", meaning(code))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_listens_where_it_is_told_or_nowhere() {
        assert_eq!("off".parse(), Ok(Listen::Off));
        assert_eq!("127.0.0.1:8741".parse(), Ok(Listen::At("127.0.0.1:8741".parse().unwrap())));
        for wrong in ["", "8741", "localhost:8741", "OFF"] {
            assert!(wrong.parse::<Listen>().unwrap_err().contains("expected ADDRESS:PORT"), "{wrong}");
        }
    }

    #[test]
    fn the_exit_code_is_the_scans() {
        for code in [0, 1, 2, 3, 4, 130] {
            assert_eq!(exit(Some(code)).unwrap() as i32, code);
        }
        assert!(exit(Some(101)).is_err() && exit(None).is_err());
    }
}
