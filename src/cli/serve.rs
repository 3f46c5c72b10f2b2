//! `rung serve`.

use std::{net::SocketAddr, path::PathBuf};

use url::Url;

use super::{
    latest,
    output::{Output, note},
    scan,
};
use crate::{
    bundle,
    config::Flags,
    failure::{Exit, Failure},
    serve::{self, Access, Network, Proxy, ServeSettings, Token, Web},
    store::{Store, StoreUrl},
};

const EXAMPLES: &str = "\
Examples:
  rung serve --open                                  for yourself: http://127.0.0.1:8740
  rung serve --listen 127.0.0.1:0                    on any free port; the address is printed
  openssl rand -hex 32 > token && chmod 600 token
  rung serve --token-file token --public-url https://rung.example.org
                                                     for a team, behind a proxy that has the TLS
  rung serve --auth-header X-Forwarded-User --trusted-proxy 127.0.0.1 --public-url https://rung.example.org
                                                     behind a proxy that signs people in
  rung serve --store postgres://rung@db.example.org/rung
Without a token and a proxy it listens on this machine only. Ctrl-C ends it; answers under way are given first.";

/// Show the stored scans in a browser; attest, waive and scan from there
///
/// Scans over time, what changed between two, findings with their evidence. Attestations and waivers are written into the
/// same files as by `rung attest`. Nothing is loaded from elsewhere, and AWS is only ever read.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Address and port to listen at; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8740")]
    listen: SocketAddr,
    /// Where the scans are stored for searching: a file, or postgres://USER@HOST/DATABASE (default: a file in the user's data folder)
    #[arg(long, value_name = "URL", env = "RUNG_STORE", hide_env_values = true)]
    store: Option<StoreUrl>,
    /// The address that browsers use, behind a proxy: https://rung.example.org
    #[arg(long, value_name = "URL", value_parser = public)]
    public_url: Option<Url>,
    /// File with the token that opens: at least 32 characters (or the variable RUNG_SERVE_TOKEN)
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Header in which a proxy names the person that it signed in
    #[arg(long, value_name = "NAME", requires = "trusted_proxies")]
    auth_header: Option<axum::http::HeaderName>,
    /// Where that proxy's connections come from, an address or a network; repeat for several
    #[arg(long = "trusted-proxy", value_name = "ADDRESS", requires = "auth_header")]
    trusted_proxies: Vec<Network>,
    /// Open it in the browser
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    set: Flags,
}

/// Holds the token where no file does.
pub(crate) const TOKEN_VARIABLE: &str = "RUNG_SERVE_TOKEN";

fn public(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let bare = |url: &Url| url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let named = |url: &Url| !url.username().is_empty() || url.password().is_some();
    url.filter(|url| bare(url) && !named(url)).ok_or_else(|| "expected https://HOST, without a path".to_owned())
}

/// Serves until it is stopped.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let access = access(&args)?;
    check(&args, &access)?;
    // Mistakes in these files are told now, not on the first page.
    latest::config(&args.set)?;
    scan::runtime()?.block_on(serve(args, access))
}

async fn serve(args: Args, access: Access) -> Result<Exit, Failure> {
    let listener = serve::bind(args.listen).await?;
    let listen = listener.local_addr().map_err(|error| Failure::usage(format!("--listen: {error}")))?;
    let depot = latest::depot()?;
    let scans = depot.folder().to_owned();
    let url = args.store.map_or_else(|| StoreUrl::in_folder(&scans), Ok)?;
    let store = Store::open(&url).await?;
    let own = format!("http://{listen}/");
    let address = args.public_url.as_ref().map_or(own, Url::to_string);
    let settings = ServeSettings { listen, public: args.public_url, access, flags: args.set, scans };
    let web = Web::new(store, settings)?.keeping(depot, latest::given(), &url);
    Output::Stdout.write(|out| writeln!(out, "The stored scans are shown at {address} (Ctrl-C ends it)"))?;
    if args.open {
        open(&address);
    }
    serve::serve(listener, web, stopped()).await?;
    Ok(Exit::Done)
}

fn access(args: &Args) -> Result<Access, Failure> {
    let token = match (&args.token_file, std::env::var(TOKEN_VARIABLE)) {
        (Some(path), _) => {
            if let Some(warning) = bundle::exposed(path, "the token") {
                note(&warning);
            }
            Some(Token::read(path)?)
        }
        (None, Ok(text)) if !text.is_empty() => Some(Token::new(&text, TOKEN_VARIABLE)?),
        (None, Err(std::env::VarError::NotUnicode(_))) => {
            return Err(Failure::usage(format!("{TOKEN_VARIABLE}: is no text")));
        }
        _ => None,
    };
    let proxy = args.auth_header.clone().map(|header| Proxy { header, trusted: args.trusted_proxies.clone() });
    Ok(Access { token, proxy })
}

/// Beyond this machine nobody is let in unasked, and the names by which it is reached are known.
fn check(args: &Args, access: &Access) -> Result<(), Failure> {
    let ip = args.listen.ip().to_canonical();
    if ip.is_loopback() {
        return Ok(());
    }
    if access.is_open() {
        return Err(Failure::usage(format!(
            "--listen {}: beyond this machine everybody could read every finding. Either give a token (--token-file FILE, or \
             {TOKEN_VARIABLE}), or let a proxy sign people in (--auth-header NAME --trusted-proxy ADDRESS).",
            args.listen
        )));
    }
    if ip.is_unspecified() && args.public_url.is_none() {
        return Err(Failure::usage(format!(
            "--listen {}: name the address that browsers use with --public-url; requests for other names are refused",
            args.listen
        )));
    }
    Ok(())
}

/// The first Ctrl-C or SIGTERM ends it when all answers are given, the second at once.
#[expect(clippy::exit, clippy::print_stderr, reason = "the user asked twice")]
async fn stopped() {
    signal().await;
    eprintln!("stopping: answers under way are given first (again to end at once)");
    tokio::spawn(async {
        signal().await;
        std::process::exit(Exit::Interrupted as i32);
    });
}

/// The next Ctrl-C or SIGTERM.
pub(super) async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let asked_to_end = async {
            match signal(SignalKind::terminate()) {
                Ok(mut asked) => asked.recv().await,
                Err(_) => std::future::pending().await,
            };
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = asked_to_end => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// The browser that this machine opens addresses with. That there is none is no error: the address is printed.
fn open(address: &str) {
    let program = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    if let Err(error) = std::process::Command::new(program).arg(address).spawn() {
        note(&format!("cannot open a browser with {program}: {error}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_address_is_a_host() {
        assert!(public("https://rung.example.org").is_ok() && public("http://10.0.0.1:8080/").is_ok());
        for wrong in ["rung.example.org", "ftp://x", "https://x/rung", "https://x/?a", "https://a:b@x/", ""] {
            assert!(public(wrong).is_err(), "{wrong}");
        }
    }
}
