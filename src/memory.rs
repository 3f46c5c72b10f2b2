//! How much memory this process holds: what keeps a scan of many accounts from beginning more than fit.

/// Resident memory in bytes, by the kernel's account; nothing where it does not tell.
pub(crate) fn held() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn what_is_filled_is_held() {
        let before = super::held().unwrap();
        let filled = vec![1u8; 64 << 20];
        assert!(super::held().unwrap() >= before + (48 << 20), "{}", filled.len());
    }
}
