//! List prices of Lambda, first tier, us-east-1; taken on the date of `prices::AS_OF`.

/// x86_64, US dollars a GB-second.
const X86_GB_SECOND: f64 = 0.000_016_666_7;
/// arm64, US dollars a GB-second.
const ARM64_GB_SECOND: f64 = 0.000_013_333_4;
/// US dollars a request.
const REQUEST: f64 = 0.20 / 1_000_000.0;

/// An invocation of this memory, duration and architecture, in US dollars.
pub(crate) fn usd_per_invocation(memory_mb: i32, duration_ms: f64, arm64: bool) -> f64 {
    let gb_seconds = f64::from(memory_mb) / 1024.0 * duration_ms / 1000.0;
    let price = if arm64 { ARM64_GB_SECOND } else { X86_GB_SECOND };
    ((gb_seconds * price + REQUEST) * 1e12).round() / 1e12
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gb_second_and_a_request() {
        assert_eq!(usd_per_invocation(1024, 1000.0, false), 0.000_016_866_7);
        assert_eq!(usd_per_invocation(1024, 1000.0, true), 0.000_013_533_4);
    }

    #[test]
    fn nothing_but_the_request() {
        assert_eq!(usd_per_invocation(128, 0.0, false), 0.000_000_2);
    }
}
