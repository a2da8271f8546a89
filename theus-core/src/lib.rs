//! Theus: processes with contracts checked at build time, run as audited transactions and driven by workflows.
#![forbid(unsafe_code)]
// Generated code names this crate from outside; its own tests are inside.
extern crate self as theus_core;

pub mod audit;
pub mod context;
pub mod engine;
pub mod prelude;
pub mod process;
pub mod signal;
pub mod source;
mod sync;
pub mod transaction;
pub mod workflow;

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;

pub use context::{Context, Ctx, DataZone, Inspect, Layer, Schema, SerializeData, Shape, Value, Zone};
pub use engine::{BuildError, Engine, EngineBuilder, Locking, Report, Snapshot};
pub use process::{AsyncProcess, Contract, Process, RunError, SyncProcess};
pub use theus_macros::{Context, process};
