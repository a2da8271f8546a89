//! The engine: its sessions, each with a state of its own, and the seven stages that every run goes through.

mod any;
mod arguments;
mod audit;
mod backoff;
mod builder;
mod core;
mod defaults;
mod error;
mod handle;
mod locking;
mod pipeline;
mod registry;
mod report;
mod rules;
mod session;
mod snapshot;
mod step;
mod within;

#[cfg(test)]
mod tests;

pub use any::AnyProcess;
pub use arguments::ArgumentError;
pub use builder::EngineBuilder;
pub use error::{BuildError, ReloadError};
pub use handle::Engine;
pub use locking::Locking;
pub use report::Report;
pub use snapshot::Snapshot;
pub(crate) use step::{Arguments, Mark, Marks, StepFuture, StepReport, StepRun, TogetherError, TogetherRun};
pub use step::{ProcessError, StepMaker};
pub use within::Within;
