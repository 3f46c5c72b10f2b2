//! The door to AWS: the one way out of the program.
//!
//! Every request passes the gate, which refuses whatever is not declared under `calls/` before a byte is sent; the wire,
//! which records, replays and counts; and the account, which knows partition, regions and credentials.

mod account;
mod budget;
mod classify;
mod clients;
mod connect;
mod counters;
mod gate;
mod ids;
mod listing;
mod pace;
mod pages;
mod place;
mod record;
mod redact;
mod registry;
mod replay;
mod replay_metrics;
mod transport;
mod wire;

pub(crate) use account::home_of;
pub use account::{Account, AccountError, GLOBAL};
pub use budget::Budget;
pub(crate) use classify::classify;
pub use clients::Clients;
pub use connect::{ConnectError, Connection, Options, connect};
pub use counters::Counters;
pub use gate::{Gate, Refused};
pub(crate) use ids::gap_id;
pub use listing::{Listing, Read};
pub use pace::{Pacer, rates};
pub use place::{Place, Span};
pub use record::Recorder;
pub use redact::Redactor;
pub use registry::Registry;
pub(crate) use registry::{GapAt, what_opens};
pub use replay::{Replay, ReplayError};
pub use transport::{Transport, TransportMode};
pub use wire::{Exchange, RecordedAnswer, RecordedBody, RecordedRequest, Recording, RecordingHeader};

pub(crate) use ids::source_id;
pub(crate) use pages::{PageEnd, drain, drain_part, drain_unless_absent, once, pages};
