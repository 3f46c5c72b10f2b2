//! List prices that facts about savings need. Never fetched; from AWS's public price list, us-east-1.

/// The date the prices were taken.
pub const AS_OF: &str = "2026-11";
/// gp2, US dollars a GiB-month.
const GP2_GIB_MONTH: f64 = 0.10;
/// gp3, US dollars a GiB-month.
const GP3_GIB_MONTH: f64 = 0.08;
/// gp3, US dollars a provisioned IOPS-month above what is included.
const GP3_IOPS_MONTH: f64 = 0.005;
/// gp3, US dollars a MiB/s-month above what is included.
const GP3_MIB_S_MONTH: f64 = 0.04;
/// IOPS that gp3 includes.
const GP3_INCLUDED_IOPS: u32 = 3000;
/// Throughput that gp3 includes, MiB/s.
const GP3_INCLUDED_MIB_S: f64 = 125.0;

/// What gp3 with the same IOPS and throughput saves a month against gp2, in US dollars; negative where gp3 costs more.
pub(crate) fn gp3_saving_usd_month(size_gib: u32, gp2_iops: u32) -> f64 {
    let size = f64::from(size_gib);
    // gp2 gives 250 MiB/s from 334 GiB up, 128 MiB/s below 170 GiB.
    let throughput: f64 = if size_gib >= 334 { 250.0 } else { 125.0 };
    let extra_iops = f64::from(gp2_iops.saturating_sub(GP3_INCLUDED_IOPS));
    let gp3 = size * GP3_GIB_MONTH + extra_iops * GP3_IOPS_MONTH + (throughput - GP3_INCLUDED_MIB_S) * GP3_MIB_S_MONTH;
    ((size * GP2_GIB_MONTH - gp3) * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_volumes_save_a_fifth() {
        assert_eq!(gp3_saving_usd_month(100, 300), 2.0);
    }

    #[test]
    fn fast_volumes_pay_for_their_iops_and_throughput() {
        // 2,000 GiB of gp2: 200 USD, 6,000 IOPS, 250 MiB/s. gp3: 160 + 15 + 5.
        assert_eq!(gp3_saving_usd_month(2000, 6000), 20.0);
    }
}
