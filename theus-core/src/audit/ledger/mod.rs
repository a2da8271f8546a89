//! The ledger: what the audit did, on record.
//!
//! Every record is chained to the one before it by its hash, and says which format it is written in. The last of them are kept
//! in a ring ([`RecordLog`]); all of them go
//! to `tracing` and to the sinks that the engine was built with ([`Sink`], [`FileSink`]).

mod checkpoint;
mod delivery;
mod encode;
mod error;
mod file;
mod files;
mod format;
mod hash;
mod line;
mod lines;
mod options;
#[cfg(feature = "store")]
mod own;
mod place;
mod query;
mod queue;
mod record_log;
mod sink;
mod trace;
mod verify;

pub use checkpoint::LedgerKey;
pub use error::LedgerError;
pub use file::FileSink;
pub use files::LedgerFiles;
pub use hash::{Hash, NotAHash};
pub use options::{FileOptions, Fsync, Verify};
pub use query::{Excerpt, Query, RuleName};
pub use record_log::RecordLog;
pub use sink::{Opened, Sink, SinkError, SinkOptions, SinkStatus, Tail, WhenFull};
pub use verify::{Chain, Fault, Place, Tampered, Verified};

pub(crate) use delivery::Offered;
pub(super) use delivery::{Delivery, Failure, InsideASink, Sinks, open_all};
#[cfg(feature = "conformance")]
pub(crate) use encode::hash_of;
pub(super) use encode::{Encoder, rule_digest};
pub(super) use format::Format;
#[cfg(feature = "store")]
pub(super) use own::OwnLedger;
pub(super) use trace::tell;
#[cfg(feature = "store")]
pub(crate) use verify::verify_pages;

#[cfg(test)]
mod tests;
