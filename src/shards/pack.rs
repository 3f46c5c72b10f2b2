//! Which accounts are scanned together: so that shards take about equally long, by what each account took the last time.

use std::{cmp::Reverse, collections::BinaryHeap};

use rung_collectors::aws::Member;

use super::{MOST, Shard};

/// Calls that an account is taken to need when no scan has measured any.
const UNMEASURED: u64 = 1000;

/// Puts accounts into so many shards at most: each account, the largest first, into the shard that has least so far. That is
/// never more than a third above the best there is. `measured` tells the calls of an account in the last scan.
pub fn pack(members: Vec<Member>, shards: usize, measured: impl Fn(&str) -> Option<u64>) -> Vec<Shard> {
    let known: Vec<u64> = members.iter().filter_map(|member| measured(&member.id)).collect();
    let usual = median(known).unwrap_or(UNMEASURED);
    // What is not measured counts as one call at least: an empty account still has to be entered.
    let mut sized: Vec<(u64, Member)> =
        members.into_iter().map(|member| (measured(&member.id).unwrap_or(usual).max(1), member)).collect();
    sized.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    let count = shards.clamp(1, sized.len().max(1));
    let mut packed = vec![Shard::default(); count];
    let mut least: BinaryHeap<Reverse<(u64, usize)>> = (0..count).map(|n| Reverse((0, n))).collect();
    for (calls, member) in sized {
        let Some(Reverse((so_far, n))) = least.pop() else { break };
        if let Some(shard) = packed.get_mut(n) {
            shard.add(&member, calls);
        }
        least.push(Reverse((so_far + calls, n)));
    }
    packed.iter_mut().for_each(Shard::sort);
    packed
}

/// Puts accounts into as many shards as have so many calls each.
pub fn by_calls(members: Vec<Member>, of_shard: u64, measured: impl Fn(&str) -> Option<u64>) -> Vec<Shard> {
    let all: u64 = pack(members.clone(), 1, &measured).iter().map(|shard| shard.calls).sum();
    let wanted = usize::try_from(all.div_ceil(of_shard.max(1))).unwrap_or(MOST);
    pack(members, wanted.clamp(1, MOST), measured)
}

fn median(mut all: Vec<u64>) -> Option<u64> {
    all.sort_unstable();
    all.get(all.len() / 2).copied()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn member(n: usize) -> Member {
        Member { id: format!("{n:012}").into(), name: None, unit: None }
    }

    fn ids(shards: &[Shard]) -> Vec<String> {
        let mut all: Vec<_> =
            shards.iter().flat_map(|shard| shard.members()).map(|member| member.id.to_string()).collect();
        all.sort();
        all
    }

    #[test]
    fn large_accounts_do_not_share_a_shard_while_another_is_empty() {
        let calls = [900, 10, 20, 800, 30, 40];
        let shards = pack((0..6).map(member).collect(), 2, |id| Some(calls[id.parse::<usize>().unwrap()]));
        assert_eq!(shards.iter().map(|shard| shard.calls).collect::<Vec<_>>(), [900, 900]);
        assert_eq!(shards[0].members().len(), 1);
    }

    #[test]
    fn what_is_not_measured_counts_as_the_median() {
        let shards = pack((0..3).map(member).collect(), 3, |id| id.ends_with('1').then_some(7));
        assert_eq!(shards.iter().map(|shard| shard.calls).collect::<Vec<_>>(), [7, 7, 7]);
        let none = pack(vec![member(1)], 9, |_| None);
        assert_eq!((none.len(), none[0].calls), (1, UNMEASURED));
        assert_eq!(pack(Vec::new(), 4, |_| None).len(), 1, "an engine is never handed an empty list by mistake");
    }

    proptest! {
        #[test]
        fn every_account_is_in_one_shard_and_none_takes_much_longer(
            calls in prop::collection::vec(0_u64..10_000, 1..200), shards in 1_usize..40,
        ) {
            let size = |id: &str| Some(calls[id.parse::<usize>().unwrap()]);
            let packed = pack((0..calls.len()).map(member).collect(), shards, size);
            prop_assert_eq!(ids(&packed), (0..calls.len()).map(|n| format!("{n:012}")).collect::<Vec<_>>());
            let all: u64 = calls.iter().map(|calls| (*calls).max(1)).sum();
            let largest = calls.iter().max().copied().unwrap().max(1);
            let bound = all / packed.len() as u64 + largest;
            prop_assert!(packed.iter().all(|shard| shard.calls <= bound && !shard.members().is_empty()));
            // The same accounts in another order give the same plan.
            let mut other: Vec<_> = (0..calls.len()).map(member).collect();
            other.reverse();
            prop_assert_eq!(packed, pack(other, shards, size));
        }
    }

    #[test]
    fn there_are_as_many_shards_as_the_calls_need() {
        let members = || (0..10).map(member).collect::<Vec<_>>();
        let shards = |of_shard| by_calls(members(), of_shard, |_| Some(100)).len();
        assert_eq!([1000, 999, 500, 100, 1].map(shards), [1, 2, 2, 10, 10]);
    }
}
