//! Who this process is, so that others on the same store can tell.

use crate::{failure::Failure, store::Runner};

/// This process.
pub fn this_process() -> Result<Runner, Failure> {
    let mut id = [0_u8; 16];
    getrandom::fill(&mut id).map_err(|error| Failure::usage(format!("no random numbers: {error}")))?;
    Ok(Runner { host: host(), pid: std::process::id().into(), id: hex::encode(id) })
}

/// The machine's name, as far as it says one.
fn host() -> String {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let named = read("/proc/sys/kernel/hostname").or_else(|| read("/etc/hostname"));
    let named = named.or_else(|| std::env::var("HOSTNAME").or_else(|_| std::env::var("COMPUTERNAME")).ok());
    named.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}
