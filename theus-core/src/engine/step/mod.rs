//! How a workflow runs processes: by name, with arguments out of a file, alone or side by side.

mod command;
mod maker;
mod named;
mod named_report;
mod port;
mod report;
mod together;

#[cfg(test)]
mod tests;

pub(super) use command::make;
pub use maker::StepMaker;
pub use named_report::NamedReport;
pub(super) use port::MakeStep;
#[cfg(feature = "store")]
pub(super) use port::ReplayFn;
#[cfg(feature = "store")]
pub(crate) use port::Replayed;
pub(crate) use port::{Arguments, StepFuture, StepRun};
pub use report::ProcessError;
pub(crate) use report::StepReport;
#[cfg(feature = "store")]
pub(super) use report::gave;
pub(crate) use together::{Mark, Marks, TogetherError, TogetherRun};
