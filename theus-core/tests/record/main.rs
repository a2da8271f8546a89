//! The audit on record, through the public API: ledger and sinks, interlock, hot reload, explain.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod bounded;
mod clock;
mod compare;
mod epoch;
mod explain;
mod failing;
mod hostile;
mod interlock;
mod invariants;
mod kept;
mod logged;
mod oven;
mod pump;
mod reload;
mod shared_interlock;
mod sinks;
mod status;
mod under_way;
mod warnings;
