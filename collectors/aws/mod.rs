//! The door to AWS: the one way out of the program.
//!
//! Every request passes the gate, which refuses whatever is not declared under `calls/` before a byte is sent; the wire,
//! which records, replays and counts; and the account, which knows partition, regions and credentials.

mod account;
mod asking;
mod attempt;
mod budget;
mod classify;
mod clients;
mod connect;
mod counters;
mod ended;
mod enter;
mod gate;
mod ids;
mod journal;
mod kept;
mod listing;
mod members;
mod offered;
mod pace;
mod pages;
#[cfg(test)]
mod partition_tests;
mod place;
mod reach;
mod record;
mod redact;
mod registry;
mod renew;
mod replay;
mod replay_metrics;
mod roles;
mod transport;
mod unreadable;
mod whole;
mod wire;

pub(crate) use account::home_of;
pub use account::{Account, AccountError, GLOBAL, UNKNOWN_ACCOUNT};
pub use budget::Budget;
pub(crate) use classify::classify;
pub use clients::Clients;
pub use connect::{ConnectError, Connection, Options, connect, connect_by};
pub use counters::Counters;
pub use ended::{CredentialsEnded, EndedKeys};
pub use enter::Entered;
pub use gate::{Gate, Refused};
pub(crate) use ids::gap_id;
pub use journal::{Journal, JournalError};
pub(crate) use journal::{QueryKey, QueryOf};
pub use listing::{Listing, Read};
pub use members::{Member, Members, MembersError, Selection, members};
pub use pace::{Pacer, rates};
pub use place::{Place, Span};
pub use reach::Reach;
pub use record::Recorder;
pub use redact::Redactor;
pub use registry::Registry;
pub(crate) use registry::{GapAt, what_opens};
pub use renew::{Patience, Paused, Reload, Renewing};
pub use replay::{Replay, ReplayError};
pub(crate) use roles::{NotAssumed, not_assumed};
pub use roles::{
    ROLE, RoleOptions, SESSION, external_id, role_arn, role_name, session_name, session_tag, session_tags,
};
pub use transport::{Transport, TransportMode};
pub use wire::{Exchange, RecordedAnswer, RecordedBody, RecordedRequest, Recording, RecordingHeader};

pub(crate) use ids::source_id;
pub(crate) use pages::{PageEnd, Part, drain, drain_part, drain_unless_absent, once, pages};
