//! What the benches with a server of their own share: HTTP and CBOR, the resources that the server plays, metrics.

pub(crate) mod content;
pub(crate) mod series;
pub(crate) mod wire;
