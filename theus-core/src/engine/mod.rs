//! The engine: its sessions, each with a state of its own, and the seven stages that every run goes through.

#[cfg(feature = "recipes")]
mod alarms;
mod any;
#[cfg(feature = "workflow")]
mod arguments;
#[cfg(feature = "recipes")]
mod audit;
mod backoff;
mod builder;
#[cfg(any(feature = "recipes", feature = "workflow"))]
mod catalog;
mod core;
#[cfg(feature = "store")]
mod courier;
mod defaults;
#[cfg(feature = "store")]
mod durable;
mod error;
mod handle;
#[cfg(feature = "store")]
mod hydrate;
mod interlock;
#[cfg(feature = "store")]
mod journal;
#[cfg(feature = "store")]
mod live;
mod locking;
#[cfg(feature = "store")]
mod look;
#[cfg(feature = "store")]
mod once;
#[cfg(feature = "store")]
mod outbox;
mod pipeline;
#[cfg(feature = "json")]
mod redaction;
mod registry;
mod report;
mod rules;
mod session;
mod snapshot;
#[cfg(feature = "workflow")]
mod step;
#[cfg(not(feature = "workflow"))]
#[path = "no_step.rs"]
mod step;
#[cfg(feature = "store")]
mod stored;
#[cfg(feature = "store")]
mod stored_coverage;
mod turn;
mod within;

#[cfg(test)]
mod tests;

pub use any::AnyProcess;
#[cfg(feature = "workflow")]
pub use arguments::ArgumentError;
#[cfg(feature = "proptest")]
pub(crate) use arguments::read_arguments;
pub use builder::EngineBuilder;
#[cfg(feature = "store")]
pub use courier::Courier;
#[cfg(feature = "store")]
pub use durable::{Gathered, RunId};
pub use error::BuildError;
#[cfg(feature = "recipes")]
pub use error::ReloadError;
pub use handle::Engine;
#[cfg(feature = "store")]
pub use hydrate::DehydrateError;
#[cfg(feature = "store")]
pub(crate) use hydrate::read_again;
#[cfg(feature = "store")]
pub use journal::{Changed, Difference, Diverged, Divergence, Journal, JournalError, LinesError, Replay, TakenOver};
pub use locking::Locking;
#[cfg(feature = "store")]
pub use look::StoredLedgerError;
#[cfg(feature = "store")]
pub(crate) use once::AskedBefore;
#[cfg(feature = "store")]
pub use outbox::{Delivery, Message, NotDelivered, Outbox};
#[cfg(feature = "json")]
pub use redaction::Redaction;
pub use report::Report;
pub use snapshot::Snapshot;
#[doc(hidden)]
pub use step::StepMaker;
#[cfg(feature = "workflow")]
pub(crate) use step::{Arguments, Mark, Marks, StepFuture, StepReport, StepRun, TogetherError, TogetherRun};
#[cfg(feature = "workflow")]
pub use step::{NamedReport, ProcessError};
#[cfg(feature = "store")]
pub use stored::{StoredCheck, StoredFinding};
#[cfg(feature = "store")]
pub use stored_coverage::{CoveredProcess, CoveredRule, CoveredState, StoredCoverage};
#[cfg(feature = "workflow")]
pub(crate) use turn::Turn;
pub use within::Within;
