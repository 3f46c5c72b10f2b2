//! One scan by many processes: a plan says which accounts are scanned together (a shard), any engine runs the shards, in any
//! order and as often as it likes, and a merge makes one assessment of what they left.
//!
//! Nothing of the distribution is done here. What makes it safe lies in the layout of the plan's folder: parts of bundles
//! are named by their digest and never change, and a shard is done when its manifest is there, which is put last.
//!
//! ```text
//! plan.json            what is scanned, and how: the same for every shard
//! shards.json          a list with one item a shard, for engines that want one
//! shards/00042.json    the manifest of a shard's bundle
//! parts/SHA-256        the parts of the bundles
//! merged.json          what the merge came to
//! ```

mod bring;
mod calls;
mod carried;
mod merge;
mod merged;
mod pack;
mod plan;

pub use bring::{Brought, Taken, bring, is_done, take};
pub use calls::Calls;
pub use carried::Carried;
pub use merge::{Merging, begin as merge};
pub use merged::{Levels, Merged};
pub use pack::{by_calls, pack};
pub(crate) use plan::MOST;
pub use plan::{Item, Shard, ShardPlan};
